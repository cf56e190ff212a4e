/** Generated protobuf and its conversion to and from the domain types. */
