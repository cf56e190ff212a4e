/** The webhook: HTTPS in, a decision out. */
