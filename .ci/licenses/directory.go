package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const introduction = `# Licences of others

The programs smtp-plugin and testharness contain Go modules that others have written, and Go's standard library.
This table says which ones, under which licence, and where the source of exactly that version is; it is unchanged.
The directories beside this file hold the licences and notices in full. The source of what is under MPL-2.0 is
available to you under that licence (its section 3.2) at the address in the table.

| module | version | licence | source |
|---|---|---|---|
`

// writeDirectory writes an index and, for each component, a directory with its texts.
func writeDirectory(directory string, components []component) error {
	if err := os.Mkdir(directory, 0o755); err != nil {
		return err
	}
	index := introduction
	for _, c := range components {
		index += fmt.Sprintf("| [%s](%s) | %s | %s | <%s> |\n",
			c.Path, c.Name(), c.Version, strings.Join(c.Licenses, ", "), c.Source())
		for _, t := range c.Texts {
			path := filepath.Join(directory, filepath.FromSlash(c.Name()), filepath.FromSlash(t.Name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(t.Content), 0o644); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(directory, "README.md"), []byte(index), 0o644)
}
