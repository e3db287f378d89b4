package process

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// inspectedBytes is how much of the beginning of a program is looked at.
const inspectedBytes = 4096

// inspectProgram looks at a program that did not start and says what is wrong with it; otherwise is the answer when
// nothing is found.
func inspectProgram(path, otherwise string) string {
	file, err := os.Open(path)
	if err != nil {
		return otherwise
	}
	defer file.Close()
	head := make([]byte, inspectedBytes)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return otherwise
	}
	head = head[:n]
	found := ""
	switch {
	case n == 0:
		found = "its file is empty; build or copy it again"
	case bytes.HasPrefix(head, []byte("#!")):
		found = inspectScript(path, head)
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf#!")):
		found = "the script begins with a byte order mark, so its first line does not count; save it without one"
	case slices.ContainsFunc(ownMagics, func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }):
		found = inspectOwn(file, head)
	default:
		for _, format := range otherFormats {
			if bytes.HasPrefix(head, []byte(format.magic)) {
				found = format.text
			}
		}
		if found == "" && runsScripts && isText(head) {
			found = "it is a text without a first line such as #!/bin/sh that names its interpreter"
		}
	}
	if found == "" {
		return otherwise
	}
	return found
}

// otherFormats are files that this system does not run, unless they are its own.
var otherFormats = []struct{ magic, text string }{
	{elf.ELFMAG, "it is a program for Linux or another Unix; install the build for this system"},
	{"MZ", "it is a program for Windows; install the build for this system"},
	{"\xcf\xfa\xed\xfe", "it is a program for macOS; install the build for this system"},
	{"\xca\xfe\xba\xbe", "it is a program for macOS; install the build for this system"},
	{"\x1f\x8b", "it is a compressed archive; unpack it"},
	{"PK\x03\x04", "it is an archive; unpack it"},
}

func isText(head []byte) bool {
	if len(head) == inspectedBytes {
		head = head[:len(head)-utf8.UTFMax] // A character may be cut.
	}
	return !bytes.ContainsRune(head, 0) && utf8.Valid(head)
}

// inspectScript looks for the interpreter that the first line names.
func inspectScript(path string, head []byte) string {
	line, _, _ := bytes.Cut(head[2:], []byte{'\n'})
	if bytes.HasSuffix(line, []byte{'\r'}) {
		return fmt.Sprintf("its lines end with carriage returns (CRLF), so that %q is looked for; "+
			"run: sed -i 's/\\r$//' %s", strings.TrimLeft(string(line), " \t"), path)
	}
	words := strings.Fields(string(line))
	if len(words) == 0 {
		return "its first line #! names no interpreter; write for example #!/bin/sh"
	}
	info, err := os.Stat(words[0])
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Sprintf("its interpreter %s is not there; "+
			"install it, or correct the first line of the script", words[0])
	case err != nil:
		return fmt.Sprintf("its interpreter cannot be used: %s", err)
	case info.IsDir() || info.Mode()&0o111 == 0:
		return fmt.Sprintf("its interpreter %s is not a program that may be run; "+
			"correct the first line of the script", words[0])
	}
	if filepath.Base(words[0]) == "env" && len(words) == 2 && !strings.Contains(words[1], "=") {
		if _, err := exec.LookPath(words[1]); err != nil {
			return fmt.Sprintf("its interpreter %s is in no directory of PATH; "+
				"install it, or extend the PATH of the Console", words[1])
		}
	}
	return ""
}

const truncatedText = "its file is damaged or was not copied to the end; copy it again"
