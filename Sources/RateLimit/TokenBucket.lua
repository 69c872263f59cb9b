-- Debits all buckets of one call, or none. The arithmetic is that of BucketArithmetic.swift: whole numbers below 2^53, nothing rounded.
--
-- KEYS[i]  a bucket: "<level> <stamp>", absent when it is full; a cap: a sorted set of the calls that hold it, by when their hold ends.
-- ARGV     five values per bucket: capacity; units per microsecond, below zero the window of a budget, zero for a cap; units it must
--          hold; units the call draws; 0, 1 for a shadow that never refuses, 2 for a lease that draws as many whole shares as there are.
--          Behind them, for caps, the name of the holder and the milliseconds it may hold without saying that it is still there.
-- Reply    1 or 0 (debited or not), the clock in microseconds, then the level of each bucket before the call.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local holder, hold = ARGV[5 * #KEYS + 1], tonumber(ARGV[5 * #KEYS + 2])

local levels, stamps, stale = {}, {}, {}
local admitted = 1

for i = 1, #KEYS do
  local capacity = tonumber(ARGV[5 * i - 4])
  local inflow = tonumber(ARGV[5 * i - 3])
  local level, stamp = capacity, now
  if inflow == 0 then
    level = capacity - redis.call('ZCOUNT', KEYS[i], string.format('(%.0f', now), '+inf')
  else
    local stored = redis.call('GET', KEYS[i])
    if stored then
      local l, s = string.match(stored, '^(%-?%d+) (%d+)$')
      if l then
        level, stamp = tonumber(l), tonumber(s)
        if now >= stamp then
          if inflow < 0 then
            if math.floor(now / -inflow) > math.floor(stamp / -inflow) then
              level = capacity
            end
          elseif now - stamp >= math.ceil((capacity - level) / inflow) then
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
  end
  levels[i], stamps[i] = level, stamp
  if level < tonumber(ARGV[5 * i - 2]) and ARGV[5 * i] ~= '1' then
    admitted = 0
  end
end

local reply = { admitted, now }
for i = 1, #KEYS do
  local capacity = tonumber(ARGV[5 * i - 4])
  local inflow = tonumber(ARGV[5 * i - 3])
  local need = tonumber(ARGV[5 * i - 2])
  local cost = tonumber(ARGV[5 * i - 1])
  local level = levels[i]
  local draws = admitted == 1 and level >= need and cost ~= 0
  if inflow == 0 then
    if draws then
      redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now))
      redis.call('ZADD', KEYS[i], string.format('%.0f', now + hold * 1000), holder)
      redis.call('PEXPIRE', KEYS[i], hold)
    end
  elseif draws or stale[i] then
    local left = level
    if draws then
      if ARGV[5 * i] == '2' then
        cost = math.floor(math.min(cost, level) / need) * need
      end
      left = math.min(capacity, math.max(-2251799813685248, level - cost))
    end
    -- The key goes when the bucket is full again: a missing bucket is a full one.
    local full
    if inflow < 0 then
      full = math.ceil((-inflow - stamps[i] % -inflow) / 1000) + 1
    else
      full = math.ceil(math.ceil((capacity - left) / inflow) / 1000) + 1
    end
    if stamps[i] > now then
      full = full + math.ceil((stamps[i] - now) / 1000)
    end
    redis.call('SET', KEYS[i], string.format('%.0f %.0f', left, stamps[i]), 'PX', string.format('%.0f', full))
  end
  reply[i + 2] = level
end
return reply
