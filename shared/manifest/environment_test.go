package manifest

import (
	"slices"
	"testing"
)

// TestEnvironment never passes on what the host says to its plugin, whatever the patterns.
func TestEnvironment(t *testing.T) {
	environ := []string{"PATH=/bin", "PLUGIN_CLIENT_CERT=x", "PLUGINS=y", "SETTINGS_PAGE_PLUGIN=x",
		"SETTINGS_PAGE_DEBUG=1", "SMTP_SERVER=a", "SMTP=b", "SECRET=c", "P=d", "EMPTY="}
	for _, c := range []struct {
		env  []Pattern
		want []string
	}{
		{nil, []string{"PATH=/bin"}},
		{[]Pattern{"SMTP_*"}, []string{"PATH=/bin", "SMTP_SERVER=a"}},
		{[]Pattern{"SMTP", "EMPTY"}, []string{"PATH=/bin", "SMTP=b", "EMPTY="}},
		{[]Pattern{"P*"}, []string{"PATH=/bin", "PLUGINS=y", "P=d"}},
		{[]Pattern{"S*"}, []string{"PATH=/bin", "SMTP_SERVER=a", "SMTP=b", "SECRET=c"}},
	} {
		if got := (&Manifest{Env: c.env}).Environment(environ); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.env, got, c.want)
		}
	}
}
