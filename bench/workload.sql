-- Events as a busy installation has them: 4 for each session, 50 teams of very different size, 30 days from 2026-05-16;
-- the same every time. {sessions} is how many sessions; 2,500,000 give 10 M events.
INSERT INTO events (team_id, event, timestamp, inserted_at, uuid, person_id, session_id, host, pathname, browser, os, device_type,
 viewport_width, viewport_height, referring_domain, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
 country_code, city_name, region_code, region_name, has_gclid, has_gad_source_paid_search, has_fbclid, mat_metadata_loggedIn,
 mat_metadata_backend)
WITH
 toInt64(toUnixTimestamp64Micro(toDateTime64('2026-05-16 00:00:00',6,'UTC'))) AS t0
SELECT team_id,
 if(i = 0, if(eh0 < 90, '$pageview', if(eh0 < 96, '$screen', 'signup')),
    multiIf(ev < 72, '$pageview', ev < 84, '$autocapture', ev < 92, '$pageleave', ev < 95, '$screen', ev < 98, 'custom_click', 'purchase')) AS event,
 fromUnixTimestamp64Micro(start_us + off, 'UTC') AS timestamp,
 fromUnixTimestamp64Micro(start_us + off + 200000 + toInt64(h_e % 30000000) + if(h_e % 101 = 0, toInt64(h_e % 172800) * 1000000, 0), 'UTC') AS inserted_at,
 reinterpretAsUUID(concat(reinterpretAsFixedString(cityHash64(n, iu, 'ua')), reinterpretAsFixedString(cityHash64(n, iu, 'ub')))) AS uuid,
 reinterpretAsUUID(concat(reinterpretAsFixedString(cityHash64(pid2, 'pa')), reinterpretAsFixedString(cityHash64(pid2, 'pb')))) AS person_id,
 session_id, host,
 concat('/', ['blog','docs','product','pricing','app','help','shop','news'][1 + (pidx % 8)], '/', if(pidx < 12, 'index', concat('article-', toString(pidx * 7919 % 100003), '-', ['getting-started','how-to','overview','release','guide','case-study'][1 + (pidx % 6)]))) AS pathname,
 browser, os, device_type, vw, vh,
 if(i = 0, ref, '') AS referring_domain,
 if(i = 0 AND has_utm, ['google','facebook','newsletter','twitter','linkedin','bing','partner','tiktok'][1 + (h1 % 8)], '') AS utm_source,
 if(i = 0 AND has_utm, ['cpc','email','social','organic','affiliate'][1 + (h1 % 5)], '') AS utm_medium,
 if(i = 0 AND has_utm, concat('campaign_', toString(bitShiftRight(h1, 8) % 60)), '') AS utm_campaign,
 if(i = 0 AND has_utm AND h1 % 3 = 0, concat('term ', toString(bitShiftRight(h1, 20) % 200)), '') AS utm_term,
 if(i = 0 AND has_utm AND h1 % 4 = 0, concat('content-', toString(bitShiftRight(h1, 24) % 100)), '') AS utm_content,
 country_code, city_name, region_code, region_name, has_gclid, has_gad, has_fb, li, if(be, 'server', '')
FROM
(
 SELECT number AS n, cityHash64(n, 1) AS h1, cityHash64(n, 2) AS h2, cityHash64(n, 3) AS h3, cityHash64(n, 4) AS h4, cityHash64(n, 5) AS h5, cityHash64(n,6) AS h6,
  toInt64(least(50, floor(exp((h1 % 1000003) / 1000003 * log(51))))) AS team_id,
  t0 + toInt64((intDiv(h2, 1000) % (30 * 86400))) * 1000000 + toInt64(h2 % 1000) * 1000 AS start_us,
  toUInt8(multiIf(h3 % 100 < 5, 1, h3 % 100 < 25, 2, h3 % 100 < 50, 3, h3 % 100 < 70, 4, h3 % 100 < 85, 5, h3 % 100 < 93, 7, 10)) AS ne,
  toInt64(2400e6 * pow((bitShiftRight(h3, 20) % 1000003) / 1000003, 2)) AS dur,
  lower(concat(leftPad(lower(hex(toUInt64(intDiv(start_us, 1000)))), 12, '0'))) AS tshex,
  lower(hex(h4)) AS r1, lower(hex(h5)) AS r2,
  concat(substring(leftPad(right(tshex, 12), 12, '0'), 1, 8), '-', substring(right(tshex, 12), 9, 4), '-7', substring(leftPad(r1, 16, '0'), 1, 3), '-8', substring(leftPad(r1,16,'0'), 4, 3), '-', substring(leftPad(r2, 16, '0'), 1, 12)) AS session_id,
  team_id * 10000000 + toInt64(pow((h4 % 1000003) / 1000003, 1.3) * (600000 / team_id)) AS pid,
  concat(['www','app','blog','shop','docs'][1 + toUInt8(4.99 * pow((h6 % 1009) / 1009, 3))], '.team', toString(team_id), '.example.com') AS host,
  ['Chrome','Safari','Firefox','Edge','Mobile Safari','Chrome iOS','Samsung Internet','Opera'][1 + toUInt8(7.99 * pow((bitShiftRight(h6, 10) % 1009) / 1009, 2))] AS browser,
  ['Windows','Mac OS X','iOS','Android','Linux','Chrome OS'][1 + toUInt8(5.99 * pow((bitShiftRight(h6, 20) % 1009) / 1009, 1.5))] AS os,
  ['Desktop','Mobile','Tablet'][1 + toUInt8(2.99 * pow((bitShiftRight(h6, 30) % 1009) / 1009, 2))] AS device_type,
  toInt64(if(bitShiftRight(h5, 3) % 2 = 0, [1920,1536,1440,390,414,1366,360,412,2560,768][1 + (bitShiftRight(h5, 5) % 10)], 320 + (bitShiftRight(h5, 9) % 1600))) AS vw,
  toInt64(if(bitShiftRight(h5, 4) % 2 = 0, [969,730,789,664,720,657,616,732,1289,954][1 + (bitShiftRight(h5, 5) % 10)], 480 + (bitShiftRight(h5, 20) % 900))) AS vh,
  if(h4 % 10 < 5, '$direct', if(h4 % 10 < 8, 'www.google.com', concat('ref', toString(toUInt32(60 * pow((bitShiftRight(h4, 12) % 1009) / 1009, 2))), '.example.org'))) AS ref,
  (bitShiftRight(h1, 40) % 4 = 0) AS has_utm,
  toUInt32(300 * pow((bitShiftRight(h2, 33) % 10007) / 10007, 2)) AS cityi,
  ['US','GB','DE','FR','IN','BR','CA','NL','ES','IT','PL','SE','AU','JP','MX'][1 + (cityi % 15)] AS country_code,
  concat('City ', toString(cityi)) AS city_name,
  concat('R', toString(cityi % 80)) AS region_code,
  concat('Region number ', toString(cityi % 80)) AS region_name,
  toUInt8(h6 % 31 = 0) AS has_gclid, toUInt8(h6 % 61 = 0) AS has_gad, toUInt8(h6 % 53 = 0) AS has_fb, toUInt8(h6 % 7 = 0) AS li, toUInt8(h6 % 97 = 0) AS be
 FROM numbers({sessions})
)
ARRAY JOIN range(ne) AS i
, arrayMap(j -> cityHash64(n, j, 7), range(ne)) AS h_e
, arrayMap(j -> if(j = 0, 0, if(j = ne - 1, dur, toInt64(1 + cityHash64(n, j, 8) % greatest(dur, 2)))), range(ne)) AS off
, arrayMap(j -> if(j > 0 AND cityHash64(n, j, 9) % 2000 = 0, j - 1, j), range(ne)) AS iu
, arrayMap(j -> if(j >= 1 AND h2 % 200 = 0, pid + 5000000, pid), range(ne)) AS pid2
, arrayMap(j -> toUInt8(cityHash64(n, j, 10) % 100), range(ne)) AS ev
, arrayMap(j -> toUInt8(h6 % 100), range(ne)) AS eh0
, arrayMap(j -> toUInt32(exp(((cityHash64(n, j, 11) % 1000003) / 1000003) * log(2001))) - 1, range(ne)) AS pidx
SETTINGS max_insert_threads = 2
