package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const isc = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee
is hereby granted, provided that the above copyright notice and this permission notice appear in all
copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS
SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE
AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE
OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS
SOFTWARE.
`

const gpl = `This program is free software: you can redistribute it and/or modify it under the terms of the GNU
General Public License as published by the Free Software Foundation, either version 3 of the
License, or (at your option) any later version.

This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without
even the implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU
General Public License for more details.

You should have received a copy of the GNU General Public License along with this program. If not,
see <http://www.gnu.org/licenses/>.
`

// TestTexts goes through what a module may hold. Only a module whose licence is there, known and allowed passes.
func TestTexts(t *testing.T) {
	for name, test := range map[string]struct {
		files   map[string]string
		within  string
		want    []string
		failure string
	}{
		"a licence and a notice": {
			files: map[string]string{"LICENSE": isc, "NOTICE": "made by us", "license.go": "package a", "README": isc},
			want:  []string{"LICENSE", "NOTICE"},
		},
		"a licence of a linked package": {
			files: map[string]string{
				"LICENSE.txt": isc, "copied/COPYING": isc, "copied/deeper/a.go": "", "other/LICENSE": "not linked",
			},
			within: "copied/deeper", want: []string{"LICENSE.txt", "copied/COPYING"},
		},
		"no licence": {files: map[string]string{"NOTICE": isc}, failure: "no file with a licence"},
		"a text of one's own": {files: map[string]string{"LICENSE": "Do what is right, and nothing else."},
			failure: "only 0 %"},
		"a licence that binds": {files: map[string]string{"LICENSE": gpl}, failure: "not among"},
		"a linked package's binds": {
			files: map[string]string{"LICENSE": isc, "p/LICENSE": gpl}, within: "p", failure: "not among",
		},
	} {
		t.Run(name, func(t *testing.T) {
			from := source{root: t.TempDir()}
			if test.within != "" {
				from.packages = []string{filepath.Join(from.root, test.within)}
			}
			for path, content := range test.files {
				path = filepath.Join(from.root, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			found, licenses, err := texts(from)
			if test.failure != "" {
				if err == nil || !strings.Contains(err.Error(), test.failure) {
					t.Errorf("got %v, want %s", err, test.failure)
				}
				return
			}
			var names []string
			for _, file := range found {
				names = append(names, file.Name)
			}
			if err != nil || !slices.Equal(names, test.want) || !slices.Equal(licenses, []string{"ISC"}) {
				t.Errorf("got %q, %q, %v; want %q", names, licenses, err, test.want)
			}
		})
	}
}

func TestSource(t *testing.T) {
	for want, c := range map[string]component{
		"https://proxy.golang.org/example.com/!capital/@v/v1.0.0.zip": {Path: "example.com/Capital", Version: "v1.0.0"},
		"https://go.dev/dl/go1.26.8.src.tar.gz":                       {Path: standardLibrary, Version: "go1.26.8"},
	} {
		if got := c.Source(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDebianCopyright(t *testing.T) {
	got := debianCopyright("Copyright (c) 2026 Us\n\nDo.\n", []component{
		{"example.com/a", "v1.0.0", []string{"ISC"}, []text{{"LICENSE", "Copyright 2020 A\n\n" + isc}}},
		{"example.com/b", "v1.0.0", []string{"MPL-2.0"}, []text{{"LICENSE", "the long text"}}},
	})
	for _, want := range []string{
		"\n\nFiles: *\nCopyright: Copyright (c) 2026 Us\nLicense: Expat\n Copyright (c) 2026 Us\n .\n Do.\n\nFiles:",
		"\n\nFiles: third-party/example.com/a@v1.0.0/*\nCopyright: Copyright 2020 A\nLicense: ISC\n Copyright 2020 A\n",
		"\nLicense: MPL-2.0\n The full text of MPL-2.0 is in /usr/share/common-licenses/MPL-2.0.\nComment: The source",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "the long text") {
		t.Error("a common licence is repeated")
	}
}
