-- Debits all buckets of one call, or none. The arithmetic is that of BucketArithmetic.swift: whole numbers below 2^53, nothing rounded.
--
-- KEYS[i]  a bucket: "<level> <stamp>", absent when it is full.
-- ARGV     four numbers per bucket: capacity, units per microsecond, units this call draws, 1 for a shadow that never refuses.
-- Reply    1 or 0 (debited or not), the clock in microseconds, then the level of each bucket before the call.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local levels, stamps, stale = {}, {}, {}
local admitted = 1

for i = 1, #KEYS do
  local capacity = tonumber(ARGV[4 * i - 3])
  local inflow = tonumber(ARGV[4 * i - 2])
  local level, stamp = capacity, now
  local stored = redis.call('GET', KEYS[i])
  if stored then
    local l, s = string.match(stored, '^(%-?%d+) (%d+)$')
    if l then
      level, stamp = tonumber(l), tonumber(s)
      if now >= stamp then
        if now - stamp >= math.ceil((capacity - level) / inflow) then
          level = capacity
        else
          level = level + (now - stamp) * inflow
        end
        stamp = now
      elseif stamp - now > 1000000 then
        -- The clock stepped back: start from here, and write it even when the call is refused.
        stamp = now
        stale[i] = true
      end
    end
  end
  levels[i], stamps[i] = level, stamp
  if level < tonumber(ARGV[4 * i - 1]) and ARGV[4 * i] ~= '1' then
    admitted = 0
  end
end

local reply = { admitted, now }
for i = 1, #KEYS do
  local capacity = tonumber(ARGV[4 * i - 3])
  local inflow = tonumber(ARGV[4 * i - 2])
  local cost = tonumber(ARGV[4 * i - 1])
  local level = levels[i]
  local draws = admitted == 1 and level >= cost
  if draws or stale[i] then
    local left = draws and level - cost or level
    -- The key goes when the bucket is full again: a missing bucket is a full one.
    local full = math.ceil(math.ceil((capacity - left) / inflow) / 1000) + 1
    if stamps[i] > now then
      full = full + math.ceil((stamps[i] - now) / 1000)
    end
    redis.call('SET', KEYS[i], string.format('%.0f %.0f', left, stamps[i]), 'PX', string.format('%.0f', full))
  end
  reply[i + 2] = level
end
return reply
