package main

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/version"
)

func TestContractVersionCanBeDownloaded(t *testing.T) {
	for name, test := range map[string]struct {
		build version.Build
		want  string
	}{
		"a release built from its checkout": {version.Build{Version: "0.1.0", Revision: "0123"}, "v0.1.0"},
		"a candidate":                       {version.Build{Version: "0.2.0-rc.1", Revision: "0123"}, "v0.2.0-rc.1"},
		"go install of a version":           {version.Build{Version: "0.1.0"}, "v0.1.0"},
		"go install of a branch": {version.Build{Version: "0.1.1-0.20261126105029-0123456789ab"},
			"v0.1.1-0.20261126105029-0123456789ab"},
		"an untagged checkout": {version.Build{Version: "0.1.1-0.20261126105029-0123456789ab",
			Revision: "0123"}, unpublished},
		"a checkout with changes": {version.Build{Version: "0.1.0+dirty", Revision: "0123"}, unpublished},
		"nothing recorded":        {version.Build{Version: version.Unknown}, unpublished},
	} {
		t.Run(name, func(t *testing.T) {
			if got := contractVersion(test.build); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
