import { Histogram, type HistogramConfiguration } from "prom-client";

/** Observes a value by one addition per figure. */
export interface HistogramChild {
  observe(value: number): void;
}

interface Observed<Label extends string> extends HistogramChild {
  readonly labels: Readonly<Record<Label, string>>;
  /** Values up to each bound and above the one before; the last is of values above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** One line of a histogram, as prom-client writes it. */
interface Line {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A histogram for the path of every request: its children only add, and labels are looked at when it is scraped.
 * `Histogram.observe` hashes labels each time, which costs more than what it counts.
 */
export class TallyHistogram<Label extends string = string> extends Histogram<Label> {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #children: Observed<Label>[] = [];

  /** `buckets` are upper bounds, ascending, without infinity. */
  constructor(configuration: Omit<HistogramConfiguration<Label>, "buckets"> & { readonly buckets: readonly number[] }) {
    super({ ...configuration, buckets: [...configuration.buckets] });
    this.#name = configuration.name;
    this.#help = configuration.help;
    this.#bounds = configuration.buckets;
  }

  /** The child of these labels; ask for it once, not at each event. */
  child(labels: Readonly<Record<Label, string>>): HistogramChild {
    const child = createObserved(labels, this.#bounds);
    this.#children.push(child);
    return child;
  }

  /** Where prom-client 15 takes the figures of a histogram from, `get()` included. */
  getForPromString(): Promise<object> {
    const values = this.#children.flatMap((child) => this.#linesOf(child));
    return Promise.resolve({ name: this.#name, help: this.#help, type: "histogram", aggregator: "sum", values });
  }

  #linesOf({ labels, counts, sum }: Observed<Label>): Line[] {
    let total = 0;
    const line = (suffix: string, value: number, own: Line["labels"] = {}): Line => {
      return { metricName: `${this.#name}_${suffix}`, labels: own, sharedLabels: labels, value };
    };
    const buckets = counts.map((count, index) => {
      total += count;
      return line("bucket", total, { le: this.#bounds[index] ?? "+Inf" });
    });
    return [...buckets, line("sum", sum), line("count", total)];
  }
}

function createObserved<Label extends string>(labels: Readonly<Record<Label, string>>, bounds: readonly number[]): Observed<Label> {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    labels,
    counts,
    get sum() {
      return sum;
    },
    observe(value) {
      let index = 0;
      while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
      counts[index] = (counts[index] ?? 0) + 1;
      sum += value;
    },
  };
}
