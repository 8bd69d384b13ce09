// The precompiled header needs a file to be made with.
