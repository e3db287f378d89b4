package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licences under which the products may contain something: all let it be passed on under a licence of
// one's own, together with these texts and pointers to the source.
var allowed = []string{
	"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unicode-DFS-2016",
}

// recognised is the least share of a licence's file, in percent, that must be the words of a known licence.
const recognised = 75

var (
	licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.(txt|md))?$`)
	noticeFile  = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|authors|copyright)([-._].*)?$`)
	sourceFile  = regexp.MustCompile(`(?i)\.(go|s|c|h)$`)
)

// text is a file with a licence or a notice.
type text struct {
	// Name is the path of the file within its component, with slashes.
	Name    string
	Content string
}

// texts returns the licences and notices of a component and the SPDX identifiers of the licences. Beside those at
// its root they are those of its linked packages and of the directories between.
func texts(from source) ([]text, []string, error) {
	if from.root == "" {
		return nil, nil, errors.New("the go command does not know where its source is")
	}
	var found []text
	var licenses []string
	for _, directory := range between(from) {
		entries, err := os.ReadDir(directory)
		if err != nil {
			return nil, nil, err
		}
		for _, entry := range entries {
			name := entry.Name()
			if !entry.Type().IsRegular() || !noticeFile.MatchString(name) || sourceFile.MatchString(name) {
				continue
			}
			content, err := os.ReadFile(filepath.Join(directory, name))
			if err != nil {
				return nil, nil, err
			}
			path, err := filepath.Rel(from.root, filepath.Join(directory, name))
			if err != nil {
				return nil, nil, err
			}
			found = append(found, text{Name: filepath.ToSlash(path), Content: string(content)})
			if !licenseFile.MatchString(name) {
				continue
			}
			identified, err := identify(content)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", path, err)
			}
			licenses = append(licenses, identified...)
		}
	}
	if len(licenses) == 0 {
		return nil, nil, errors.New("there is no file with a licence")
	}
	slices.Sort(licenses)
	return found, slices.Compact(licenses), nil
}

// between are the root and every directory from there down to a linked package, sorted.
func between(from source) []string {
	found := []string{from.root}
	for _, directory := range from.packages {
		for directory != from.root && strings.HasPrefix(directory, from.root) {
			found = append(found, directory)
			directory = filepath.Dir(directory)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// identify returns the SPDX identifiers of the licences in a file.
func identify(content []byte) ([]string, error) {
	coverage := licensecheck.Scan(content)
	if coverage.Percent < recognised {
		return nil, fmt.Errorf("only %.0f %% of it are the words of a known licence", coverage.Percent)
	}
	var found []string
	for _, match := range coverage.Match {
		if match.IsURL {
			continue
		}
		if !slices.Contains(allowed, match.ID) {
			return nil, fmt.Errorf("%s is not among the licences allowed: %s", match.ID, strings.Join(allowed, ", "))
		}
		found = append(found, match.ID)
	}
	return found, nil
}
