/* bcryptprimitives.dll for Wine before 9, which has none: the one function of it that Go's runtime calls. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
	const ULONG most = 0x10000; /* RtlGenRandom, which is SystemFunction036 of advapi32, takes 32 bits */
	while (size > 0) {
		ULONG part = size > most ? most : (ULONG)size;
		if (!RtlGenRandom(data, part))
			return FALSE;
		data += part;
		size -= part;
	}
	return TRUE;
}
