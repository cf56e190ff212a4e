import type { FreshnessReading } from "@portcullis/policy-bus";
import type { PolicyFeed } from "./policy-feed.ts";

/** A feed that says what a test says. */
export interface FeedUnderTest extends PolicyFeed {
  reading: FreshnessReading;
  /** How often the leader was asked. */
  syncs: number;
  /** What asking the leader does. */
  onSync: () => Promise<void>;
}

/** Fresh, and proven at 900 ms, unless said otherwise. */
export function aFeed(reading: Partial<FreshnessReading> = {}): FeedUnderTest {
  const feed: FeedUnderTest = {
    reading: { freshness: "fresh", stalenessMs: 0, provenAtMs: 900, ...reading },
    syncs: 0,
    onSync: async () => {},
    freshness: () => feed.reading,
    sync() {
      feed.syncs += 1;
      return feed.onSync();
    },
  };
  return feed;
}
