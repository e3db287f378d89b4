package process

import (
	"bytes"
	"cmp"
	"debug/elf"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"unicode/utf8"
)

// machines are the processors that a program may be built for, as ELF names them.
var machines = map[string]elf.Machine{
	"386": elf.EM_386, "amd64": elf.EM_X86_64, "arm": elf.EM_ARM, "arm64": elf.EM_AARCH64, "loong64": elf.EM_LOONGARCH,
	"ppc64": elf.EM_PPC64, "ppc64le": elf.EM_PPC64, "riscv64": elf.EM_RISCV, "s390x": elf.EM_S390,
}

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
	case bytes.HasPrefix(head, []byte(elf.ELFMAG)) && !strings.Contains("darwin windows", runtime.GOOS):
		found = inspectELF(file, head)
	case bytes.HasPrefix(head, []byte("MZ")) && runtime.GOOS == "windows":
		found = inspectPE(file)
	default:
		for _, format := range foreignFormats {
			if bytes.HasPrefix(head, []byte(format.magic)) && !strings.Contains(format.runsOn, runtime.GOOS) {
				found = format.text
			}
		}
		if found == "" && runtime.GOOS == "linux" && isText(head) {
			found = "it is a text without a first line such as #!/bin/sh that names its interpreter"
		}
	}
	if found == "" {
		return otherwise
	}
	return found
}

// foreignFormats are files that this system does not run.
var foreignFormats = []struct{ magic, runsOn, text string }{
	{elf.ELFMAG, "", "it is a program for Linux or another Unix; install the build for this system"},
	{"MZ", "windows", "it is a program for Windows; install the build for this system"},
	{"\xcf\xfa\xed\xfe", "darwin ios", "it is a program for macOS; install the build for this system"},
	{"\xca\xfe\xba\xbe", "darwin ios", "it is a program for macOS; install the build for this system"},
	{"\x1f\x8b", "", "it is a compressed archive; unpack it"},
	{"PK\x03\x04", "", "it is an archive; unpack it"},
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

// inspectELF looks at the header of a compiled program.
func inspectELF(file *os.File, head []byte) string {
	if len(head) < 20 {
		return truncatedText
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	machine := elf.Machine(order.Uint16(head[18:]))
	own, known := machines[runtime.GOARCH]
	runs386 := runtime.GOARCH == "amd64" && machine == elf.EM_386
	if known && machine != own && !runs386 {
		name := strings.ToLower(strings.TrimPrefix(machine.String(), "EM_"))
		return fmt.Sprintf("it was built for the processor %s, and this machine has %s; install the build for that",
			name, runtime.GOARCH)
	}
	program, err := elf.NewFile(file)
	if err != nil {
		return truncatedText
	}
	info, err := file.Stat()
	if err != nil {
		return ""
	}
	for _, part := range program.Progs {
		if part.Filesz > 0 && part.Off+part.Filesz > uint64(info.Size()) { //nolint:gosec // a size is not negative
			return truncatedText
		}
		if part.Type != elf.PT_INTERP || part.Filesz > inspectedBytes {
			continue
		}
		loader, err := io.ReadAll(part.Open())
		if name := strings.TrimRight(string(loader), "\x00"); err == nil {
			if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
				return fmt.Sprintf("the loader that it was linked for, %s, is not there: "+
					"it was built for another C library; build it with CGO_ENABLED=0", name)
			}
		}
	}
	return ""
}

// windowsMachines are the processors that a program may be built for, as Windows numbers them.
var windowsMachines = map[uint16]string{
	pe.IMAGE_FILE_MACHINE_I386: "386", pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64",
}

// inspectPE looks at the header of a program for Windows.
func inspectPE(file *os.File) string {
	program, err := pe.NewFile(file)
	if err != nil {
		return truncatedText
	}
	if name := windowsMachines[program.Machine]; name != runtime.GOARCH {
		return fmt.Sprintf("it was built for the processor %s, and this machine has %s; install the build for that",
			cmp.Or(name, "with the number "+strconv.Itoa(int(program.Machine))), runtime.GOARCH)
	}
	return ""
}

const truncatedText = "its file is damaged or was not copied to the end; copy it again"
