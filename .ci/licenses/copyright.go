package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// shortNames are Debian's names of licences where they differ from SPDX's.
var shortNames = map[string]string{"MIT": "Expat", "BSD-2-Clause": "BSD-2-clause", "BSD-3-Clause": "BSD-3-clause"}

// commonLicenses are in /usr/share/common-licenses, which a Debian copyright file refers to instead of repeating
// them.
var commonLicenses = []string{"Apache-2.0", "MPL-2.0"}

var copyrightLine = regexp.MustCompile(`(?im)^\W*(copyright\s+(?:\(c\)|©|\d).*?|©.*?)\s*$`)

// debianCopyright returns debian/copyright in its machine-readable format 1.0: the product's licence and those of
// what is linked.
func debianCopyright(own string, components []component) string {
	var out strings.Builder
	out.WriteString("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n" +
		"Upstream-Name: smtp-settings\nSource: https://github.com/smtp-settings/smtp-settings\n" +
		"Comment: The programs are linked statically. Paths that begin with third-party name the Go modules\n" +
		" in them; none is changed. Their notices are in /usr/share/doc/smtp-settings/licenses.\n")
	fmt.Fprintf(&out, "\nFiles: *\nCopyright: %s\nLicense: Expat\n%s", holders([]text{{Content: own}}), indented(own))
	for _, c := range components {
		names := make([]string, len(c.Licenses))
		for i, license := range c.Licenses {
			names[i] = debianName(license)
		}
		fmt.Fprintf(&out, "\nFiles: third-party/%s/*\nCopyright: %s\nLicense: %s\n",
			c.Name(), holders(c.Texts), strings.Join(names, " and "))
		for _, license := range c.Licenses {
			if slices.Contains(commonLicenses, license) {
				fmt.Fprintf(&out, " The full text of %s is in /usr/share/common-licenses/%s.\n .\n", license, license)
			}
		}
		for _, t := range c.Texts {
			if licenseFile.MatchString(t.Name[strings.LastIndexByte(t.Name, '/')+1:]) && !onlyCommon(c.Licenses) {
				out.WriteString(indented(withoutCommon(t.Content)) + " .\n")
			}
		}
		fmt.Fprintf(&out, "Comment: The source of exactly this version is at\n %s\n", c.Source())
	}
	return strings.ReplaceAll(out.String(), " .\nComment:", "Comment:")
}

func debianName(license string) string {
	if name, ok := shortNames[license]; ok {
		return name
	}
	return license
}

// withoutCommon takes the texts of common licences out.
func withoutCommon(content string) string {
	matches := licensecheck.Scan([]byte(content)).Match
	for _, match := range slices.Backward(matches) {
		if slices.Contains(commonLicenses, match.ID) {
			content = content[:match.Start] + "(" + match.ID + ", see above)\n" + content[match.End:]
		}
	}
	return content
}

// onlyCommon reports whether the reference to the common licences says it all.
func onlyCommon(licenses []string) bool {
	return !slices.ContainsFunc(licenses, func(license string) bool {
		return !slices.Contains(commonLicenses, license)
	})
}

// holders returns the lines that say whose a component is.
func holders(texts []text) string {
	var found []string
	for _, t := range texts {
		for _, match := range copyrightLine.FindAllStringSubmatch(t.Content, -1) {
			if !slices.Contains(found, match[1]) {
				found = append(found, match[1])
			}
		}
	}
	if len(found) == 0 {
		return "its authors"
	}
	return strings.Join(found, "\n ")
}

// indented makes a text the continuation of a field: a blank before each line, and a dot for an empty one.
func indented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		if line = strings.TrimRight(line, " \t\r\n"); line == "" {
			line = "."
		}
		out.WriteString(" " + strings.ReplaceAll(line, "\f", "") + "\n")
	}
	return out.String()
}
