package process

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// isForeign reports whether the system does not take the file for a program.
func isForeign(err error) bool {
	return errors.Is(err, windows.ERROR_BAD_EXE_FORMAT) || errors.Is(err, windows.ERROR_EXE_MACHINE_TYPE_MISMATCH)
}

const notPermittedText = "this user may not run it: let this user read and execute it (icacls shows who may), " +
	"or look for a refusal of AppLocker or of a virus scanner in the event log"

// systemLimits are the errors of the system that are not about the binary.
var systemLimits = []struct {
	number syscall.Errno
	text   string
}{
	{windows.ERROR_SHARING_VIOLATION, "its file is open for writing just now, as that of a copy that is not finished: " +
		"wait for it, or look which program holds it (a virus scanner may)"},
	{windows.ERROR_VIRUS_INFECTED, "a virus scanner refuses it: if it is the file that you have built or installed, " +
		"except it there"},
	{windows.ERROR_ACCESS_DISABLED_BY_POLICY, "a policy of the domain or of this machine (AppLocker, software " +
		"restriction) forbids it: permit it there, by its path or its signature"},
	{windows.ERROR_ELEVATION_REQUIRED, "it asks for the rights of an administrator, which a plugin does not need"},
	{windows.ERROR_NOT_ENOUGH_MEMORY, "there is not enough memory to start a process: free some"},
	{windows.ERROR_COMMITMENT_LIMIT, "there is not enough memory to start a process: free some, " +
		"or enlarge the paging file"},
	{windows.ERROR_NO_SYSTEM_RESOURCES, "the system has no resources left to start a process: end other processes"},
	{windows.ERROR_TOO_MANY_OPEN_FILES, "this process has too many files open"},
	{windows.ERROR_FILENAME_EXCED_RANGE, "its path is too long: install it in a directory with a shorter one"},
}

// statusMeaning is what an exit status tells; empty for most. Those of the system are its NTSTATUS.
func statusMeaning(status int) string {
	switch windows.NTStatus(uint32(status)) { //nolint:gosec // a status has 32 bits
	case windows.STATUS_DLL_NOT_FOUND, windows.STATUS_ENTRYPOINT_NOT_FOUND, windows.STATUS_ORDINAL_NOT_FOUND:
		return "a library (DLL) that it was linked with is not there, or is another version: " +
			"install it beside the program, or build that with CGO_ENABLED=0"
	case windows.STATUS_DLL_INIT_FAILED:
		return "a library (DLL) does not start: a service may have used up the memory of its desktop"
	case windows.STATUS_ILLEGAL_INSTRUCTION:
		return "it was built for a newer processor than this machine's, or it is damaged"
	case windows.STATUS_ACCESS_VIOLATION, windows.STATUS_STACK_BUFFER_OVERRUN, windows.STATUS_STACK_OVERFLOW:
		return "it is damaged, or has a defect"
	case windows.STATUS_CONTROL_C_EXIT:
		return "somebody has interrupted it"
	}
	return ""
}

// explainSignal tells nothing: there are no signals.
func (f *startFailure) explainSignal() string { return "" }
