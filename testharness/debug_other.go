//go:build !windows

package main

// debugRefusal is why a plugin cannot be debugged here; empty where it can.
const debugRefusal = ""
