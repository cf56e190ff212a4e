/** Metrics, logs, spans, the admin port and shutdown order. */
