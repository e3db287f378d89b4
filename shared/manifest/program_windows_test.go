package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPaths holds where the paths of a manifest lead, and which of them cannot name a program.
func TestPaths(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "plugin.hcl")
	drive := filepath.VolumeName(directory)
	for written, want := range map[string]string{
		`bin/smtp-plugin`:              directory + `\bin\smtp-plugin.exe`,
		`bin\smtp-plugin.exe`:          directory + `\bin\smtp-plugin.exe`,
		`bin/smtp-plugin.EXE`:          directory + `\bin\smtp-plugin.EXE`,
		`smtp-plugin-1.2`:              directory + `\smtp-plugin-1.2.exe`,
		`..\up here\x`:                 filepath.Dir(directory) + `\up here\x.exe`,
		`/Console/x`:                   drive + `\Console\x.exe`,
		`\Console\x`:                   drive + `\Console\x.exe`,
		`C:\Program Files\Console\x`:   `C:\Program Files\Console\x.exe`,
		`c:/Program Files/Console/x`:   `c:\Program Files\Console\x.exe`,
		`\\server\share\Console\x.exe`: `\\server\share\Console\x.exe`,
		`//server/share/Console/x`:     `\\server\share\Console\x.exe`,
		`C:x`:                          `:2:3: binary: begins with a drive but no directory; write C:\… or C:/…`,
		`plugin.cmd`:                   ":2:3: binary: is a script (.cmd), which Windows does not run by itself",
		`bin/plugin.JS`:                ":2:3: binary: is a script (.js), which Windows does not run by itself",
	} {
		content := fmt.Sprintf("plugin \"x\" {\r\n  binary = %q\r\n}\r\n", written)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Read(path)
		switch {
		case err != nil && !strings.HasPrefix(err.Error(), path+want):
			t.Errorf("%s: %v", written, err)
		case err == nil && m.Binary != want:
			t.Errorf("%s leads to %s, not to %s", written, m.Binary, want)
		}
	}
}

// TestNamesOfVariables holds that capitals and small letters are the same, above all in what is never passed on.
func TestNamesOfVariables(t *testing.T) {
	environ := []string{`=C:=C:\x`, `Path=C:\Windows`, "plugin_min_port=1", "Settings_Page_Debug=1", "smtp_server=a"}
	m := &Manifest{Env: []Pattern{"Smtp_*", "P*", "S*"}}
	if got, want := m.Environment(environ), []string{`PATH=C:\Windows`, "SMTP_SERVER=a"}; !slices.Equal(got, want) {
		t.Errorf("%q is passed on, not %q", got, want)
	}
	if got := WithoutReserved(environ); len(got) != 3 {
		t.Errorf("%q is left", got)
	}
	if err := new(Pattern).UnmarshalText([]byte("plugin_x")); err == nil {
		t.Error("a variable of the host may be named")
	}
}
