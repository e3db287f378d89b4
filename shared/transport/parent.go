package transport

import (
	"os"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared/processend"
)

// exitWithParent ends the process when the host has died without saying goodbye.
func exitWithParent(logger hclog.Logger) {
	if parent := os.Getppid(); !orphaned(parent) {
		awaitParent(parent)
	}
	logger.Error("the host is gone, so this plugin ends")
	os.Exit(1)
}

// awaitParent returns when the parent has ended.
func awaitParent(parent int) {
	if processend.Await(parent) == nil {
		return
	}
	// It cannot be watched, for example from another namespace. A system other than Windows then gives the process
	// another parent; on Windows the job ends it.
	for range time.Tick(time.Second) {
		if os.Getppid() != parent {
			return
		}
	}
}
