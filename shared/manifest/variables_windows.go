package manifest

import "strings"

// always are the variables that every plugin may see. Without those of the system, network, temporary files and child
// processes do not work.
var always = []Pattern{"PATH", "HOME", "TZ", "LANG", "TEMP", "TMP", "USERPROFILE", "PATHEXT", "SYSTEMROOT",
	"SYSTEMDRIVE", "WINDIR", "PROGRAMDATA"}

// variableName is how the name of a variable is compared and passed on: Windows takes capitals and small letters for
// the same.
func variableName(name string) string { return strings.ToUpper(name) }
