//! The command line: the only part that reads the environment, the clock and the input.
