/** Decision cases as data: parse them, run them against any Decide. */
