// Package durable gives written files their names so that a power cut takes neither away: on unix by syncing the
// directory, on Windows, where directories cannot be synced, by a rename that returns when it is on the disk. What is
// in the file must have been synced before; os.File.Sync is F_FULLFSYNC on macOS.
package durable
