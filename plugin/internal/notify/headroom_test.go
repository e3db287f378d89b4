package notify

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"
)

// heapGoal is how large the heap may grow before garbage is collected.
func heapGoal() uint64 {
	runtime.GC()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(goal)
	return goal[0].Value.Uint64()
}

// TestHeadroom lets more garbage gather while there is work, and no more once there was none for a while.
func TestHeadroom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h headroom
		before := heapGoal()
		for range 10 {
			h.use()
			time.Sleep(calmDown / 2)
			if during := heapGoal(); during < before+reserveSize {
				t.Fatalf("garbage is collected at %d bytes instead of %d", during, before)
			}
		}
		time.Sleep(calmDown)
		synctest.Wait()
		if after := heapGoal(); after >= before+reserveSize {
			t.Errorf("without work garbage is still collected at %d bytes, instead of %d", after, before)
		}
		h.use()
		if again := heapGoal(); again < before+reserveSize {
			t.Errorf("with new work garbage is collected at %d bytes", again)
		}
		time.Sleep(calmDown)
	})
}
