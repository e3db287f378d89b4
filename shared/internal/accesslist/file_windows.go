package accesslist

import (
	"errors"
	"fmt"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/windows"
)

// ErrNoLists is a file on a volume that keeps no access control lists, such as FAT32: everybody may do everything.
var ErrNoLists = errors.New("lies on a volume that keeps no access control lists, so anybody may change it; " +
	"move it to one that does, such as NTFS")

// Read returns the list of the file, the directory or, where the path leads to a link, of the link itself.
func Read(path string) (List, error) {
	file, err := open(path, windows.READ_CONTROL|windows.FILE_READ_ATTRIBUTES)
	if err != nil {
		return List{}, err
	}
	defer windows.CloseHandle(file) //nolint:errcheck // It was only read.
	var system uint32
	if err := windows.GetVolumeInformationByHandle(file, nil, 0, nil, nil, &system, nil, 0); err != nil {
		return List{}, &fs.PathError{Op: "asking for the volume of", Path: path, Err: err}
	}
	if system&windows.FILE_PERSISTENT_ACLS == 0 {
		return List{}, ErrNoLists
	}
	descriptor, err := windows.GetSecurityInfo(file, windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return List{}, &fs.PathError{Op: "reading the access control list of", Path: path, Err: err}
	}
	//nolint:gosec // The system says how long it is.
	content := unsafe.Slice((*byte)(unsafe.Pointer(descriptor)), descriptor.Length())
	list, err := Decode(content)
	if err != nil {
		return List{}, &fs.PathError{Op: "reading the access control list of", Path: path, Err: err}
	}
	return list, nil
}

// open opens a file, a directory or a link for what the system keeps about it.
func open(path string, access uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	file, err := windows.CreateFile(name, access,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING,
		windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return file, nil
}

// Self is the identifier of the user that this process runs as.
func Self() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", fmt.Errorf("the system does not tell which user this is: %w", err)
	}
	return user.User.Sid.String(), nil
}

// Name is the identifier with the name that people know it by, if there is one.
func Name(sid string) string {
	if name := account(sid); name != "" {
		return name + " (" + sid + ")"
	}
	return sid
}

// About is what a remedy for the path is about.
func About(path string, directory bool, self string) Subject {
	s := Subject{Path: path, Directory: directory, Self: "*" + self}
	if name := account(self); name != "" && self != System {
		s.Self = name
	}
	return s
}

// account is the name of a user or group, empty when it has none here.
func account(sid string) string {
	parsed, err := windows.StringToSid(sid)
	if err != nil {
		return ""
	}
	name, domain, _, err := parsed.LookupAccount("")
	if err != nil || domain == "" {
		return name
	}
	return domain + `\` + name
}

// private is the descriptor of a file that only those who are trusted may use. Nothing is inherited from above; what
// is made in such a directory inherits it.
func private() (*windows.SECURITY_DESCRIPTOR, error) {
	self, err := Self()
	if err != nil {
		return nil, err
	}
	return windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;" + self + ")(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
}

// PrivateAttributes are those of a new file, or a new directory, that only those who are trusted may use.
func PrivateAttributes() (*windows.SecurityAttributes, error) {
	descriptor, err := private()
	if err != nil {
		return nil, err
	}
	attributes := &windows.SecurityAttributes{SecurityDescriptor: descriptor}
	attributes.Length = uint32(unsafe.Sizeof(*attributes))
	return attributes, nil
}

// MakePrivate gives a file the list that PrivateAttributes has.
func MakePrivate(path string) error {
	descriptor, err := private()
	if err != nil {
		return err
	}
	file, err := open(path, windows.READ_CONTROL|windows.WRITE_DAC)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(file) //nolint:errcheck // What was set is kept.
	const what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	if err := windows.SetKernelObjectSecurity(file, what, descriptor); err != nil {
		return &fs.PathError{Op: "setting the access control list of", Path: path, Err: err}
	}
	return nil
}
