/** Builders, fake clock, process launcher; development only. */
