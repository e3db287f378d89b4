package accesslist

import "strings"

// Subject is what a remedy is about, and for whom.
type Subject struct {
	// Path is empty when the remedy must not name it.
	Path      string
	Directory bool
	// Self is the user of this process, as the command icacls takes it: DOMAIN\name, or * and the identifier.
	Self string
}

// DropChanging is a command that takes from the one whom the entry names what lets him change the file, and leaves him
// to read it.
func (s Subject) DropChanging(entry Entry) string {
	reading := " " + s.grant("*"+entry.SID, "RX")
	if entry.Inherited {
		return s.Private() + reading
	}
	return s.command("/grant:r" + reading)
}

// Drop is a command that takes everything from the one whom the entry names.
func (s Subject) Drop(entry Entry) string {
	if entry.Inherited {
		return s.Private()
	}
	return s.command(`/remove:g "*` + entry.SID + `"`)
}

// Private is a command after which only those who are trusted may use the file.
func (s Subject) Private() string {
	options := "/inheritance:r /grant:r " + s.grant("*"+System, "F") + " " + s.grant("*"+Administrators, "F")
	if s.Self != "*"+System {
		options += " " + s.grant(s.Self, "F")
	}
	return s.command(options)
}

// Own is a command that gives the file to the administrators.
func (s Subject) Own() string { return s.command(`/setowner "*` + Administrators + `"`) }

func (s Subject) grant(to, rights string) string {
	if s.Directory {
		rights = "(OI)(CI)" + rights
	}
	return `"` + to + ":" + rights + `"`
}

// command is the command with its path as both cmd.exe and PowerShell take it. A backslash before the closing quotation
// mark would escape that; only the root of a volume ends with one.
func (s Subject) command(options string) string {
	path := s.Path
	switch {
	case path == "":
		path = "FILE"
	case !strings.HasSuffix(path, `\`):
		path = `"` + path + `"`
	}
	return "icacls " + path + " " + options
}
