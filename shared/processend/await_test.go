package processend

import (
	"io"
	"os"
	"os/exec"
	"testing"
)

// TestMain is the process that is awaited when it is asked to be: it lives until its input ends.
func TestMain(m *testing.M) {
	if os.Getenv("AWAITED") != "" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestAwait awaits the end of a process, and the one of a process that is no more.
func TestAwait(t *testing.T) {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "AWAITED=1")
	life, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- Await(command.Process.Pid) }()
	select {
	case err := <-ended:
		t.Fatalf("it has ended before its end: %v", err)
	default:
	}
	if err := life.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("it was reaped: %v", err)
	}
	if err := Await(command.Process.Pid); err != nil {
		t.Errorf("awaited when it is gone: %v", err)
	}
}

// TestNobody awaits what is no process.
func TestNobody(t *testing.T) {
	if err := Await(0); err == nil {
		t.Error("the process 0 has ended")
	}
}
