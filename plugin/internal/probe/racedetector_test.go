//go:build race

package probe_test

// raceDetector tells whether the test runs under it.
const raceDetector = true
