package main

import (
	"context"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/plaintext"
)

// What the action of a page that looks at the sender's domain is called, and its options.
const (
	checkDomain   = "check_domain"
	domainOption  = "domain"
	headersOption = "headers"
)

// maxHeaders bounds the headers that are read, in bytes: those of a message with its text are cut off.
const maxHeaders = 64 << 10

func newDomainCommand(g *global) *cobra.Command {
	var flags draftFlags
	var headers string
	command := g.passiveCommand(&cobra.Command{
		Use:   "domain [DOMAIN]",
		Short: "Look at the sender's domain, as seen from here",
		Long: `domain asks DNS whether mail from a domain has a chance to be accepted: whether bounces can return, what SPF
and DMARC say, and what follows for the mail server of the settings. Without DOMAIN it is that of the sender. There are
three grades only: wrong, likely, and cannot know, because which address the receivers see, and whether the server
signs, is decided behind it. resolver in plugin.hcl names another name server.

With --headers it reads the headers, or the whole source, of a test e-mail as it was received, and asks nobody: the
result is exact then. "-" reads standard input.

Exit status: 0 nothing is wrong; 1 something is, or there is no domain to look at; 2 usage or manifest error; 3 the
plugin is unavailable.`,
		Example: `  testharness domain example.com
  testharness domain example.com --json | jq -r '.diagnostics[] | .severity + " " + .code'
  testharness domain --headers received.eml`,
		Args: cobra.MaximumNArgs(1),
	}, func(ctx context.Context, plugin invocation) (result, error) {
		schema, err := plugin.Page().Schema(ctx, shared.SchemaRequest{Locale: g.locale})
		if err != nil {
			return result{}, err
		}
		if _, declared := schema.Action(checkDomain); !declared {
			return result{}, shared.ErrUnsupported
		}
		options := actionFlags{draft: flags}
		if len(plugin.args) > 0 {
			options.options = append(options.options, domainOption+"="+plugin.args[0])
		}
		if headers != "" {
			source, err := readHeaders(headers, os.Stdin)
			if err != nil {
				return result{}, usagef("--headers: %w", err)
			}
			options.options = append(options.options, headersOption+"="+source)
		}
		plugin.args = []string{checkDomain}
		return g.runAction(ctx, plugin, options)
	})
	flags.register(command)
	command.Flags().StringVar(&headers, "headers", "",
		"read the headers of a received test e-mail from this `FILE`; - is "+
			"standard input")
	filled(command.Flags(), "headers")
	return command
}

func readHeaders(path string, standard io.Reader) (string, error) {
	in := standard
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		in = file
	}
	content, err := io.ReadAll(io.LimitReader(in, maxHeaders))
	headers := strings.TrimLeft(string(plaintext.From(content)), " \t\n")
	headers, _, _ = strings.Cut(headers, "\n\n") // The text of the message is of no interest.
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(headers, "?")), err
}
