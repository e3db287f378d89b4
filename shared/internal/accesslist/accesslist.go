// Package accesslist reads whom a file of Windows belongs to and what its access control list lets others do. What is
// decided from that is the same on every system, and so are its tests; only reading and setting a list is for Windows.
package accesslist

// Well-known identifiers. They are the same on every machine, whatever language its names are in.
const (
	System           = "S-1-5-18"
	Administrators   = "S-1-5-32-544"
	trustedInstaller = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
	creatorOwner     = "S-1-3-0" // in a list that new files inherit: whoever makes them
	ownerRights      = "S-1-3-4" // whoever owns the file
)

// Rights are what an entry of a list allows or denies, as in the mask of the system.
type Rights uint32

const (
	readData        Rights = 0x1 // of a directory: to list it
	writeData       Rights = 0x2 // of a directory: to make files in it
	appendData      Rights = 0x4 // of a directory: to make directories in it
	writeExtended   Rights = 0x10
	deleteChild     Rights = 0x40
	writeAttributes Rights = 0x100
	remove          Rights = 0x10000
	writeList       Rights = 0x40000
	writeOwner      Rights = 0x80000
	genericAll      Rights = 0x10000000
	genericWrite    Rights = 0x40000000
	genericRead     Rights = 0x80000000

	// Emptying is to delete or rename what stands in a directory, or to take that right. Who may only make new files
	// there can do none of it.
	Emptying = deleteChild | writeList | writeOwner
	// Replacing is to do so with the directory itself as well.
	Replacing = Emptying | remove
	// Changing is to change a file or what stands in a directory.
	Changing = Replacing | writeData | appendData | writeExtended | writeAttributes
	// Reading is to read a file or list a directory.
	Reading = readData
)

// expanded has the rights that the generic ones stand for.
func (r Rights) expanded() Rights {
	if r&genericAll != 0 {
		r |= Changing | Reading
	}
	if r&genericWrite != 0 {
		r |= writeData | appendData | writeExtended | writeAttributes
	}
	if r&genericRead != 0 {
		r |= Reading
	}
	return r
}

// List is the owner and the access control list of a file or directory.
type List struct {
	Owner string
	// Everybody tells that there is no list: then everybody may do everything. A list without entries is the opposite.
	Everybody bool
	Entries   []Entry
}

// Entry is one entry of a list.
type Entry struct {
	SID    string // of a user or a group
	Rights Rights
	Deny   bool
	// Inherited tells that the entry comes from a directory above.
	Inherited bool
	// ForFiles tells that new files in the directory inherit the entry.
	ForFiles bool
	// Inert tells that the entry is there only to be inherited.
	Inert bool
}

// Trusted reports whether a user or group is one that may do everything: the user of this process, the system, its
// administrators and its installer. Who owns a file is checked by itself.
func Trusted(sid, self string) bool {
	switch sid {
	case self, System, Administrators, trustedInstaller, creatorOwner, ownerRights:
		return true
	}
	return false
}

// Granted returns the first entry that gives one of the rights to somebody who is not trusted. What an earlier entry
// denies to the same one is not given; what it denies to a group is not taken into account.
func (l List) Granted(rights Rights, self string) (Entry, bool) {
	return l.granted(rights, self, func(e Entry) bool { return !e.Inert })
}

// GrantedForFiles is Granted for the files that will be made in the directory.
func (l List) GrantedForFiles(rights Rights, self string) (Entry, bool) {
	return l.granted(rights, self, func(e Entry) bool { return e.ForFiles })
}

// everyone is the group of everybody who has logged in.
const everyone = "S-1-1-0"

func (l List) granted(rights Rights, self string, counts func(Entry) bool) (Entry, bool) {
	if l.Everybody {
		return Entry{SID: everyone, Rights: genericAll, Inherited: true}, true // No entry of the file's own gives it.
	}
	denied := map[string]Rights{}
	for _, entry := range l.Entries {
		switch {
		case !counts(entry):
		case entry.Deny:
			denied[entry.SID] |= entry.Rights.expanded()
		case Trusted(entry.SID, self):
		case entry.Rights.expanded()&rights&^denied[entry.SID] != 0:
			return entry, true
		}
	}
	return Entry{}, false
}
