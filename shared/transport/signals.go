package transport

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-hclog"
)

// outliveSignals has the process survive what ends programs politely: an init system sends SIGTERM to everything that
// belongs to the host, a terminal SIGHUP to all that run in it. When the plugin ends is the host's to say, after it has
// drained; when the host is gone the plugin ends by itself. The signals are taken rather than ignored, because children
// would inherit that.
func outliveSignals(logger hclog.Logger) {
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for one := range arrived {
			logger.Debug("left to the host: when this plugin ends is the host's to say", "signal", one.String())
		}
	}()
}
