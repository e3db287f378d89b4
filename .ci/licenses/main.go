// Command licenses gathers what the licences of the linked modules ask for when programs are given to users: the
// texts, the notices, and where the source is. It reads from the programs themselves what is linked, and refuses
// what has no licence text, a licence that it does not recognise, or one that is not among those allowed.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("out", "", "the `directory` to write the texts and their index to; it must not exist")
	copyright := flag.String("copyright", "", "the `file` to write Debian's machine-readable copyright to")
	own := flag.String("own", "LICENSE", "the `file` with the product's own licence")
	sbom := flag.String("sbom", "", "a CycloneDX `file` to complete with the licences")
	flag.Parse()
	if err := run(*out, *copyright, *own, *sbom, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

// run does what the options ask for; an empty one asks for nothing.
func run(out, copyright, own, sbom string, programs []string) error {
	components, err := linked(programs)
	if err != nil {
		return err
	}
	if out != "" {
		if err := writeDirectory(out, components); err != nil {
			return err
		}
	}
	if copyright != "" {
		text, err := os.ReadFile(own)
		if err != nil {
			return err
		}
		if err := os.WriteFile(copyright, []byte(debianCopyright(string(text), components)), 0o644); err != nil {
			return err
		}
	}
	if sbom != "" {
		return completeSBOM(sbom, components)
	}
	return nil
}
