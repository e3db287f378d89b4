//go:build !windows

package main

import "context"

// untilStopped runs the program until a signal ends it.
func untilStopped(run func(context.Context) int) int { return untilSignalled(run) }
