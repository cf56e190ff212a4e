/** Schema, file, environment and flags into one frozen, validated object. */
