/** Development certificate authority, certificates, and files that reload. */
