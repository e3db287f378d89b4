package main

// debugRefusal is why a plugin cannot be debugged here; empty where it can.
const debugRefusal = "a plugin that no host starts has no certificates, and on Windows everybody on this machine " +
	"could use it: it listens at a port. Run testharness console, and attach the debugger to the plugin's process"
