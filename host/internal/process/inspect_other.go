//go:build !darwin && !windows

package process

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// ownMagics are what a program for this system begins with.
var ownMagics = []string{elf.ELFMAG}

// runsScripts reports whether the first line of a text can say what runs it.
const runsScripts = true

// machines are the processors that a program may be built for, as ELF names them.
var machines = map[string]elf.Machine{
	"386": elf.EM_386, "amd64": elf.EM_X86_64, "arm": elf.EM_ARM, "arm64": elf.EM_AARCH64, "loong64": elf.EM_LOONGARCH,
	"ppc64": elf.EM_PPC64, "ppc64le": elf.EM_PPC64, "riscv64": elf.EM_RISCV, "s390x": elf.EM_S390,
}

// inspectOwn looks at the header of a compiled program.
func inspectOwn(file *os.File, head []byte) string {
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
