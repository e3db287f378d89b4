package notify

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"
)

// garbageAllowed is by how many percent of what is alive garbage may grow now.
func garbageAllowed() int {
	percent := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(percent)
	return int(percent[0].Value.Uint64())
}

// TestHeadroom lets more garbage gather while there is work, and less once there was none for a while. It keeps nothing
// for that, and a few notifications are no work. At the end all is as it was.
func TestHeadroom(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	synctest.Test(t, func(t *testing.T) {
		var h headroom
		check := func(when string, want int) {
			t.Helper()
			synctest.Wait()
			if got := garbageAllowed(); got != want {
				t.Errorf("%s: garbage may grow by %d %% of what is alive, want %d", when, got, want)
			}
		}
		h.use(1000)
		check("before the begin", 100)
		time.Sleep(time.Second)
		h.begin()
		check("at the begin", atRest)
		for range 10 {
			h.use(busy / 10)
			time.Sleep(time.Second / 5)
			check("with little to do", atRest)
		}
		for range 3 {
			for range 10 {
				h.use(busy)
				check("at work", workingPercent(alive()))
				time.Sleep(calmDown / 2)
			}
			time.Sleep(calmDown)
			check("without work", atRest)
			if kept := testing.AllocsPerRun(100, func() { h.use(busy) }); kept > 0 {
				t.Errorf("it allocates %v times", kept)
			}
		}
		h.end()
		check("at the end", 100)
		time.Sleep(calmDown)
		check("after the end", 100)
	})
}

// TestHeadroomOfOperator leaves alone what an operator has set.
func TestHeadroomOfOperator(t *testing.T) {
	t.Setenv("GOGC", "70")
	defer debug.SetGCPercent(debug.SetGCPercent(70))
	synctest.Test(t, func(t *testing.T) {
		var h headroom
		h.begin()
		h.use(1000)
		during := garbageAllowed()
		time.Sleep(2 * calmDown)
		synctest.Wait()
		if after := garbageAllowed(); during != 70 || after != 70 {
			t.Errorf("it has become %d, and %d", during, after)
		}
		h.end()
	})
}

// TestHeadroomIsBounded lets no more garbage gather than usual where much is alive.
func TestHeadroomIsBounded(t *testing.T) {
	for alive, want := range map[uint64]int{0: 400, 4 << 20: 400, 8 << 20: 200, 32 << 20: 100, 500 << 20: 100} {
		if got := workingPercent(alive); got != want {
			t.Errorf("with %d bytes alive it may grow by %d %%, want %d", alive, got, want)
		}
	}
	much := make([]byte, 64<<20)
	runtime.GC()
	if got := alive(); got < uint64(len(much)) {
		t.Errorf("%d bytes are alive, want %d at least", got, len(much))
	}
	runtime.KeepAlive(much)
}
