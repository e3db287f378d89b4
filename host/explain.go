package host

import (
	"errors"
	"strings"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/smtp-settings/smtp-settings/shared"
)

// explainStart puts go-plugin's failures into words that name the remedy. It has no types for most of them.
func explainStart(err error) string {
	text := err.Error()
	switch {
	case errors.Is(err, goplugin.ErrChecksumsDoNotMatch):
		return "its checksum is not the one that sha256 in plugin.hcl says"
	case strings.Contains(text, "incompatible API version"):
		return "it was built for another version of the contract than this host's; install matching versions"
	case strings.Contains(text, "Unrecognized remote plugin message"), strings.Contains(text, "exec format error"):
		return "it is not a settings plugin"
	case strings.Contains(text, "plugin exited before we could connect"):
		return "it ended before it was ready; it may not be a settings plugin"
	case strings.Contains(text, "timeout while waiting for plugin to start"):
		return "it did not get ready in time"
	case errors.Is(err, shared.ErrPluginUnavailable):
		return "it ended during its first calls"
	default:
		return firstLine(text)
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
