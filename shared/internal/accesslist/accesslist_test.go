package accesslist

import "testing"

const (
	self          = "S-1-5-21-1-2-3-1001"
	stranger      = "S-1-5-21-1-2-3-1002"
	users         = "S-1-5-32-545"
	authenticated = "S-1-5-11"
	creatorGroup  = "S-1-3-1"
	packages      = "S-1-15-2-1"

	// As the command icacls shows them.
	full, modify, readExecute = Rights(0x1f01ff), Rights(0x1301bf), Rights(0x1200a9)
)

// trustedEntries are in nearly every list.
func trustedEntries() []Entry {
	return []Entry{
		{SID: trustedInstaller, Rights: full}, {SID: System, Rights: full, ForFiles: true},
		{SID: Administrators, Rights: full, ForFiles: true}, {SID: self, Rights: full},
		{SID: creatorOwner, Rights: genericAll, ForFiles: true, Inert: true}, {SID: ownerRights, Rights: full},
	}
}

// TestGranted holds who is found to have which rights. Without a name nobody is.
func TestGranted(t *testing.T) {
	for _, c := range []struct {
		name                                          string
		list                                          List
		emptying, replacing, changing, reading, files string
	}{
		{name: "trusted alone", list: List{Entries: trustedEntries()}},
		{name: "an empty list lets nobody"},
		{name: "no list", list: List{Everybody: true}, emptying: everyone, replacing: everyone, changing: everyone,
			reading: everyone, files: everyone},
		{name: "program files", list: List{Entries: []Entry{
			{SID: users, Rights: readExecute}, {SID: users, Rights: genericRead, ForFiles: true, Inert: true},
			{SID: packages, Rights: readExecute}}}, reading: users},
		{name: "root of the system's volume", list: List{Entries: []Entry{
			{SID: authenticated, Rights: appendData},
			{SID: authenticated, Rights: modify, ForFiles: true, Inert: true},
			{SID: users, Rights: readExecute, ForFiles: true}}},
			changing: authenticated, reading: users, files: authenticated},
		{name: "root of another volume", list: List{Entries: []Entry{{SID: authenticated, Rights: modify}}},
			replacing: authenticated, changing: authenticated, reading: authenticated},
		{name: "below the root", list: List{Entries: []Entry{
			{SID: authenticated, Rights: modify, ForFiles: true, Inherited: true}}},
			replacing: authenticated, changing: authenticated, reading: authenticated, files: authenticated},
		{name: "directory for temporary files", list: List{Entries: []Entry{
			{SID: users, Rights: 0x100026}, {SID: creatorOwner, Rights: genericAll, ForFiles: true, Inert: true}}},
			changing: users},
		{name: "one user", list: List{Entries: []Entry{{SID: stranger, Rights: writeData}}}, changing: stranger},
		{name: "may take the right", list: List{Entries: []Entry{{SID: stranger, Rights: writeList}}},
			emptying: stranger, replacing: stranger, changing: stranger},
		{name: "may become the owner", list: List{Entries: []Entry{{SID: stranger, Rights: writeOwner}}},
			emptying: stranger, replacing: stranger, changing: stranger},
		{name: "may do everything", list: List{Entries: []Entry{{SID: everyone, Rights: genericAll}}},
			emptying: everyone, replacing: everyone, changing: everyone, reading: everyone},
		{name: "may write", list: List{Entries: []Entry{{SID: everyone, Rights: genericWrite}}}, changing: everyone},
		{name: "may know that it is there", list: List{Entries: []Entry{{SID: everyone, Rights: 0x1200a0}}}},
		{name: "group of who makes it", list: List{Entries: []Entry{
			{SID: creatorGroup, Rights: genericAll, ForFiles: true, Inert: true}}}, files: creatorGroup},
		{name: "denied before", list: List{Entries: []Entry{{SID: stranger, Rights: modify, Deny: true},
			{SID: stranger, Rights: modify}}}},
		{name: "denied in part", list: List{Entries: []Entry{{SID: stranger, Rights: genericWrite, Deny: true},
			{SID: stranger, Rights: modify}}}, replacing: stranger, changing: stranger, reading: stranger},
		{name: "denied after", list: List{Entries: []Entry{{SID: stranger, Rights: writeData},
			{SID: stranger, Rights: writeData, Deny: true}}}, changing: stranger},
		{name: "denied to another", list: List{Entries: []Entry{{SID: users, Rights: writeData, Deny: true},
			{SID: stranger, Rights: writeData}}}, changing: stranger},
		{name: "denied to what is made there", list: List{Entries: []Entry{
			{SID: users, Rights: genericAll, Deny: true, ForFiles: true, Inert: true},
			{SID: users, Rights: writeData, ForFiles: true}}}, changing: users},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.list.Entries = append(trustedEntries(), c.list.Entries...)
			checkGranted(t, c.list, c.emptying, c.replacing, c.changing, c.reading, c.files)
		})
	}
}

// checkGranted holds who is found for each of the rights.
func checkGranted(t *testing.T, list List, emptying, replacing, changing, reading, files string) {
	t.Helper()
	for _, asked := range []struct {
		about string
		found func() (Entry, bool)
		want  string
	}{
		{"emptying", func() (Entry, bool) { return list.Granted(Emptying, self) }, emptying},
		{"replacing", func() (Entry, bool) { return list.Granted(Replacing, self) }, replacing},
		{"changing", func() (Entry, bool) { return list.Granted(Changing, self) }, changing},
		{"reading", func() (Entry, bool) { return list.Granted(Reading, self) }, reading},
		{"files", func() (Entry, bool) { return list.GrantedForFiles(Changing, self) }, files},
	} {
		entry, found := asked.found()
		if entry.SID != asked.want || found != (asked.want != "") {
			t.Errorf("%s: %q, %t; want %q", asked.about, entry.SID, found, asked.want)
		}
	}
}

// TestRemedies holds the commands, which cmd.exe and PowerShell take alike.
func TestRemedies(t *testing.T) {
	file := Subject{Path: `C:\a b\key`, Self: `HOST\anna`}
	directory := Subject{Path: `C:\a b`, Directory: true, Self: `HOST\anna`}
	service := Subject{Path: `C:\data\key`, Self: "*" + System}
	own, inherited := Entry{SID: users}, Entry{SID: users, Inherited: true}
	for got, want := range map[string]string{
		file.Private(): `icacls "C:\a b\key" /inheritance:r /grant:r "*S-1-5-18:F" "*S-1-5-32-544:F" "HOST\anna:F"`,
		directory.Private(): `icacls "C:\a b" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" ` +
			`"*S-1-5-32-544:(OI)(CI)F" "HOST\anna:(OI)(CI)F"`,
		service.Private():            `icacls "C:\data\key" /inheritance:r /grant:r "*S-1-5-18:F" "*S-1-5-32-544:F"`,
		file.Drop(own):               `icacls "C:\a b\key" /remove:g "*S-1-5-32-545"`,
		file.Drop(inherited):         file.Private(),
		file.DropChanging(own):       `icacls "C:\a b\key" /grant:r "*S-1-5-32-545:RX"`,
		directory.DropChanging(own):  `icacls "C:\a b" /grant:r "*S-1-5-32-545:(OI)(CI)RX"`,
		file.DropChanging(inherited): file.Private() + ` "*S-1-5-32-545:RX"`,
		file.Own():                   `icacls "C:\a b\key" /setowner "*S-1-5-32-544"`,
		Subject{}.Own():              `icacls FILE /setowner "*S-1-5-32-544"`,
		Subject{Path: `D:\`}.Own():   `icacls D:\ /setowner "*S-1-5-32-544"`,
	} {
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
