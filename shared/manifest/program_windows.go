package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// programEnding ends the name of what Windows runs by itself.
const programEnding = ".exe"

// scriptEndings are those of files for which Windows starts another program. It does so for few of them, by the
// settings of the user, and cmd.exe reads the arguments of a batch file in a way of its own.
var scriptEndings = []string{
	".bat", ".cjs", ".cmd", ".js", ".jar", ".mjs", ".pl", ".ps1", ".py", ".rb", ".sh", ".ts", ".vbs", ".wsf",
}

// absolute makes a path in a manifest absolute, which stands in the directory. A path from the root stays on the
// manifest's drive or share.
func absolute(directory, path string) string {
	switch {
	case filepath.IsAbs(path):
		return filepath.Clean(path)
	case os.IsPathSeparator(path[0]):
		return filepath.Join(filepath.VolumeName(directory)+`\`, path)
	default:
		return filepath.Join(directory, path)
	}
}

// programPath is the file that is run for a binary: the ending .exe need not be written.
func programPath(written, path string) (string, error) {
	ending := strings.ToLower(filepath.Ext(path))
	switch volume := filepath.VolumeName(written); {
	case volume != "" && !filepath.IsAbs(written):
		return "", fmt.Errorf(`begins with a drive but no directory; write %s\… or %s/…`, volume, volume)
	case ending == programEnding:
		return path, nil
	case slices.Contains(scriptEndings, ending):
		return "", errors.New("is a script (" + ending + "), which Windows does not run by itself; " +
			"name a program (.exe), such as the script packed into one with its interpreter")
	default:
		return path + programEnding, nil
	}
}

// mayRun reports true: no mode says which files are programs.
func mayRun(fs.FileInfo) bool { return true }
