// Command odd-plugin misbehaves in the way that the name of its file says.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
	"github.com/smtp-settings/smtp-settings/testharness/example/kinds"
	"github.com/smtp-settings/smtp-settings/testharness/example/webhook"
)

// noPage is what a plugin of another version of the contract has.
type noPage struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (noPage) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return nil }

func (noPage) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.ErrUnsupported
}

func main() {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: os.Stderr, JSONFormat: true})
	way := filepath.Base(os.Args[0])
	switch way {
	case "no-plugin":
		fmt.Println("hello world")
		return
	case "dies-at-start":
		logger.Error("cannot start: the moon is in the wrong phase")
		os.Exit(7)
	case "hangs-at-start":
		time.Sleep(time.Hour)
	case "child", "escaped-child":
		leaveChild(way == "escaped-child")
	case "child-at-start", "escaped-child-at-start":
		leaveChild(way == "escaped-child-at-start")
		os.Exit(7)
	case "odd-log-at-start":
		writeOddLog()
	case "odd-log-at-end":
		defer writeOddLog()
	case "every-kind":
		transport.Serve(kinds.New(), logger)
		return
	case "other-version":
		goplugin.Serve(&goplugin.ServeConfig{
			HandshakeConfig: goplugin.HandshakeConfig{MagicCookieKey: transport.Handshake.MagicCookieKey,
				MagicCookieValue: transport.Handshake.MagicCookieValue},
			VersionedPlugins: map[int]goplugin.PluginSet{99: {"settings_page": noPage{}}},
			GRPCServer:       goplugin.DefaultGRPCServer,
		})
		return
	}
	page, err := webhook.New(filepath.Join(filepath.Dir(os.Args[0]), "state-"+way))
	if err != nil {
		logger.Error(err.Error())
		os.Exit(1)
	}
	transport.Serve(&oddPage{Page: page, way: way}, logger)
}

type oddPage struct {
	*webhook.Page
	way string
}

func (p *oddPage) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	schema, err := p.Page.Schema(ctx, request)
	switch p.way {
	case "unknown-kind":
		schema.Sections[0].Fields[0].Kind = "hologram"
	case "too-many-fields":
		field := schema.Sections[0].Fields[0]
		for i := range 100_000 {
			field.Name = fmt.Sprintf("field_%d", i)
			schema.Sections[0].Fields = append(schema.Sections[0].Fields, field)
		}
	case "deep-defaults":
		schema.Sections = append(schema.Sections, deepDefaults())
	case "hostile-texts":
		schema.Title = `<script>alert("title")</script>`
		schema.Sections[0].Fields[0].Help = `"><img src=x onerror=alert(1)>`
	}
	return schema, err
}

func (p *oddPage) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	started := shared.StepStarted{ID: "ping", Label: "Ping"}
	switch p.way {
	case "odd-log-later":
		writeOddLog()
	case "dies-in-test":
		// The first test dies; the next one, in a new process, goes well.
		mark := filepath.Join(filepath.Dir(os.Args[0]), "has-died")
		if _, err := os.Stat(mark); err != nil {
			_ = os.WriteFile(mark, nil, 0o600)
			_ = send(started)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	case "panics-in-test":
		panic("with secret: " + request.Draft.Values["url"].String())
	case "no-verdict":
		return send(started)
	case "two-verdicts":
		verdict := shared.Completed{
			Report: shared.TestReport{Outcome: "complete", Headline: "yes", Status: shared.StatusPassed},
		}
		_ = send(verdict)
		return send(verdict)
	case "floods":
		for ctx.Err() == nil {
			_ = send(started)
			_ = send(shared.StepFinished{
				StepResult: shared.StepResult{ID: "ping", Label: strings.Repeat("x", 10_000), Status: shared.StatusPassed},
			})
		}
		return ctx.Err()
	}
	return p.Page.Test(ctx, request, send)
}

// ownStderr is what the host reads; Serve puts another one in the place of os.Stderr.
var ownStderr = os.Stderr

// writeOddLog writes lines that no logger writes, to standard error and to what Serve has put in its place.
func writeOddLog() {
	for _, out := range []*os.File{ownStderr, os.Stderr, os.Stdout} {
		if out == os.Stdout && ownStderr == os.Stderr {
			continue // The handshake still has to go there.
		}
		for _, line := range []string{
			`{"@level":"info","@message":{"a":1}}`, `{"@level":"info","@message":7}`, `{"@level":"info","@message":null}`,
			`{"@level":7,"@message":"x"}`, `{"@level":"info","@message":"x","@timestamp":5}`,
			`{"@level":"info","@message":"x","@timestamp":null}`,
			"\x1b]0;owned\x07 \xff\xfe", strings.Repeat("[", 200_000), `{"@level":"warn","@message":"after all of it"}`,
		} {
			fmt.Fprintln(out, line)
		}
	}
}

// deepDefaults is a section whose fields take their defaults from each other, one after the other, by many conditions
// each.
func deepDefaults() shared.Section {
	const fields = 100
	section := shared.Section{Name: "deep", Title: "Deep"}
	for i := range fields {
		field := shared.Field{Name: fmt.Sprintf("deep_%d", i), Label: fmt.Sprintf("Deep %d", i), Kind: shared.KindText}
		for n := range 32 {
			if i+1 == fields {
				break
			}
			text := shared.Text(fmt.Sprint("never ", n))
			if n == 31 {
				text = shared.Text("the end")
			}
			field.DefaultWhen = append(field.DefaultWhen, shared.ConditionalDefault{
				When: shared.Condition{Field: fmt.Sprintf("deep_%d", i+1), AnyOf: []shared.Value{text}}, Value: text,
			})
		}
		section.Fields = append(section.Fields, field)
	}
	return section
}
