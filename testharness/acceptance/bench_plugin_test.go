package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/acceptance/internal/minimal"
	"github.com/smtp-settings/smtp-settings/testharness/measure"
)

// startMinimal starts the minimal plugin as a host would.
func startMinimal(b *testing.B) (minimal.Echo, func()) {
	b.Helper()
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: minimal.Handshake, Plugins: goplugin.PluginSet{minimal.Name: minimal.Plugin{}},
		Cmd: exec.Command(binary("minimal-plugin")), AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		AutoMTLS: true, SkipHostEnv: true, Logger: hclog.NewNullLogger(),
	})
	protocol, err := client.Client()
	if err != nil {
		b.Fatal(err)
	}
	dispensed, err := protocol.Dispense(minimal.Name)
	if err != nil {
		b.Fatal(err)
	}
	return dispensed.(minimal.Echo), client.Kill
}

func openHost(b *testing.B, path string) *host.Host {
	b.Helper()
	h, err := host.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	return h
}

// BenchmarkStart is from nothing to the first call answered.
func BenchmarkStart(b *testing.B) {
	path := manifest(b, "smtp", "smtp-plugin")
	for range b.N {
		medians := measure.SideBySide(b, 20,
			measure.Contestant{Name: "minimal", Once: func() time.Duration {
				began := time.Now()
				echo, stop := startMinimal(b)
				defer stop()
				if _, err := echo(b.Context(), "x"); err != nil {
					b.Fatal(err)
				}
				return time.Since(began)
			}},
			measure.Contestant{Name: "ours", Once: func() time.Duration {
				began := time.Now()
				h := openHost(b, path)
				defer h.Close()
				if _, err := h.Page().Info(b.Context()); err != nil {
					b.Fatal(err)
				}
				return time.Since(began)
			}})
		ratio := float64(medians[1]) / float64(medians[0])
		b.ReportMetric(ratio, "×minimal")
		measure.Table(b, "start to the first call answered, median of 20 in turns (bar: 1.5 × minimal)",
			[]string{"minimal go-plugin", medians[0].String()},
			[]string{"ours", medians[1].String(), fmt.Sprintf("%.2f ×", ratio)})
	}
}

// callsInTurn is how many calls a contestant makes when it is its turn. What a call leaves behind, such as the pings
// with which gRPC measures a line, is so on its own account and not on that of the next contestant.
const callsInTurn = 10

// inTurn is how long one of the calls takes.
func inTurn(b *testing.B, call func() error) time.Duration {
	b.Helper()
	return measure.Took(b, func() error {
		for range callsInTurn {
			if err := call(); err != nil {
				return err
			}
		}
		return nil
	}) / callsInTurn
}

// BenchmarkLoad is one call of Load, beside the unary call of the minimal plugin; and the memory of the idle plugin.
func BenchmarkLoad(b *testing.B) {
	path := manifest(b, "smtp", "smtp-plugin")
	h := openHost(b, path)
	defer h.Close()
	echo, stop := startMinimal(b)
	defer stop()
	saved, err := h.Page().Save(b.Context(), shared.SaveRequest{Draft: shared.Draft{
		Values:  shared.Values{"server": shared.Text("smtp.email.com"), "login": shared.Text("me@email.com")},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")},
	}})
	if err != nil || !saved.Saved {
		b.Fatal(err, saved.Diagnostics)
	}
	time.Sleep(30 * time.Second) // until it is idle, and has gathered garbage
	memory := residentMemory(b, path)
	for range b.N {
		medians := measure.SideBySide(b, 5000/callsInTurn,
			measure.Contestant{Name: "minimal", Once: func() time.Duration {
				return inTurn(b, func() error { _, err := echo(b.Context(), "x"); return err })
			}},
			measure.Contestant{Name: "ours", Once: func() time.Duration {
				return inTurn(b, func() error { _, err := h.Page().Load(b.Context(), shared.LoadRequest{}); return err })
			}})
		ratio := float64(medians[1]) / float64(medians[0])
		b.ReportMetric(ratio, "×minimal")
		b.ReportMetric(memory, "MiB-idle")
		measure.Table(b, "Load, median of 500 turns of 10 (bars: 1.4 × minimal, 29 MiB)",
			[]string{"minimal unary call", medians[0].String()},
			[]string{"ours", medians[1].String(), fmt.Sprintf("%.2f ×", ratio)},
			[]string{"resident memory of the idle plugin", fmt.Sprintf("%.1f MiB", memory)})
	}
}

// residentMemory is the resident set of the plugin started with the manifest, in MiB.
func residentMemory(b testing.TB, path string) float64 {
	b.Helper()
	pids := processesWith(b, path)
	if len(pids) != 1 {
		b.Fatalf("%d processes with %s", len(pids), path)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pids[0]))
	if err != nil {
		b.Fatal(err)
	}
	match := regexp.MustCompile(`VmRSS:\s+([0-9]+) kB`).FindSubmatch(status)
	kilobytes, err := strconv.ParseFloat(string(match[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kilobytes / 1024
}
