// Tells the pages which zone this browser is set to, so that they can show its time beside the forum's.
"use strict";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
