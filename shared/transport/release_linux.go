package transport

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// releaseStart gives back the memory that only the start has needed: the garbage, and the pages of the program itself,
// most of which are mapped by then. What is needed again is mapped again from the cache of the file, in a few hundred
// faults without a read. Where the system does not let it, all stays as it is.
func releaseStart() {
	debug.FreeOSMemory()
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer file.Close()
	for _, one := range unchanged(file, uint64(reflect.ValueOf(releaseStart).Pointer())) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(one.begin), uintptr(one.end-one.begin), unix.MADV_DONTNEED)
	}
}

// mapping is a part of the address space.
type mapping struct{ begin, end uint64 }

// unchanged are the mappings of the file that has the code at an address which cannot be written, and of which every
// page is that of the file. Others have what the linker or a debugger has changed; that would be lost.
func unchanged(smaps io.Reader, code uint64) (found []mapping) {
	clean := map[string][]mapping{} // by file
	var program, file string
	var now mapping
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		var begin, end uint64
		if len(fields) >= 5 && !strings.HasSuffix(fields[0], ":") {
			if _, err := fmt.Sscanf(fields[0], "%x-%x", &begin, &end); err != nil {
				return nil
			}
			now, file = mapping{begin, end}, fields[3]+" "+fields[4]
			if begin <= code && code < end {
				program = file
			}
			if fields[1][1] == 'w' {
				file = ""
			}
			continue
		}
		if len(fields) > 1 && fields[0] == "Anonymous:" && file != "" {
			if size, err := strconv.Atoi(fields[1]); err == nil && size == 0 {
				clean[file] = append(clean[file], now)
			}
		}
	}
	return clean[program]
}
