package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// leaveChild starts a child that holds the plugin's output, and writes down its id. It may leave the plugin's process
// group.
func leaveChild(escapes bool) {
	child := exec.Command("sleep", "600")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: escapes}
	if err := child.Start(); err != nil {
		panic(err)
	}
	file, err := os.OpenFile(filepath.Join(filepath.Dir(os.Args[0]), "children"),
		os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(file, child.Process.Pid)
	_ = file.Close()
}
