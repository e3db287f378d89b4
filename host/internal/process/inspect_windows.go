package process

import (
	"cmp"
	"debug/pe"
	"fmt"
	"os"
	"runtime"
	"strconv"
)

// ownMagics are what a program for this system begins with.
var ownMagics = []string{"MZ"}

// runsScripts reports whether the first line of a text can say what runs it.
const runsScripts = false

// windowsMachines are the processors that a program may be built for, as Windows numbers them.
var windowsMachines = map[uint16]string{
	pe.IMAGE_FILE_MACHINE_I386: "386", pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64",
}

// inspectOwn looks at the header of a program for Windows.
func inspectOwn(file *os.File, _ []byte) string {
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
