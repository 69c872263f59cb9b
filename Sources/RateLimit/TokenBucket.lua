-- Debits all buckets of one call, or none; of several calls alike, one after the other until one is refused. The arithmetic is that of
-- BucketArithmetic.swift: whole numbers below 2^53, nothing rounded.
--
-- KEYS[i]  a bucket: level and stamp, two doubles, absent when it is full; a cap: a sorted set of the calls that hold it, by when their
--          hold ends.
-- ARGV[i]  its numbers, five doubles: capacity; units per microsecond, below zero the window of a budget, zero for a cap; units it must
--          hold; units the call draws; 0, 1 for a shadow that never refuses, 2 for a lease that draws as many whole shares as there are.
--          Behind them how many calls; and for caps, where it is one, the name of the holder and the milliseconds it may hold without
--          saying that it is still there.
-- Reply    how many of the calls were debited, the clock in microseconds, then the level of each bucket before the first call.

local call, floor, ceil, unpack = redis.call, math.floor, math.ceil, struct.unpack
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local count = #KEYS
local admitted = tonumber(ARGV[count + 1])
local reply, stamps, stale = { 0, now }, {}, {}

for i = 1, count do
  local capacity, inflow, need, cost, mode = unpack('<ddddd', ARGV[i])
  local level, stamp = capacity, now
  if inflow == 0 then
    level = capacity - call('ZCOUNT', KEYS[i], string.format('(%.0f', now), '+inf')
  else
    local stored = call('GET', KEYS[i])
    if stored then
      if #stored == 16 then
        level, stamp = unpack('<dd', stored)
      end
      -- Also false for what is no number.
      local isSound = level <= capacity and level >= -2251799813685248 and level % 1 == 0
      if #stored ~= 16 or not (isSound and stamp >= 0 and stamp < 4503599627370496 and stamp % 1 == 0) then
        return redis.error_reply('WRONGTYPE no bucket')
      end
      if now >= stamp then
        if inflow < 0 then
          if floor(now / -inflow) > floor(stamp / -inflow) then
            level = capacity
          end
        elseif now - stamp >= ceil((capacity - level) / inflow) then
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
  reply[i + 2], stamps[i] = level, stamp
  if mode ~= 1 then
    if level < need then
      admitted = 0
    elseif admitted > 1 and cost > 0 then
      admitted = math.min(admitted, floor((level - need) / cost) + 1)
    end
  end
end

reply[1] = admitted
for i = 1, count do
  local capacity, inflow, need, cost, mode = unpack('<ddddd', ARGV[i])
  local level, stamp = reply[i + 2], stamps[i]
  local draws = admitted > 0 and level >= need and cost ~= 0
  if inflow == 0 then
    if draws then
      local hold = tonumber(ARGV[count + 3])
      call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now))
      call('ZADD', KEYS[i], string.format('%.0f', now + hold * 1000), ARGV[count + 2])
      call('PEXPIRE', KEYS[i], hold)
    end
  elseif draws or stale[i] then
    if draws then
      if mode == 2 then
        cost = floor(math.min(cost, level) / need) * need
      elseif admitted > 1 then
        -- A shadow gives until it is empty.
        cost = cost * (mode == 1 and math.min(admitted, floor((level - need) / cost) + 1) or admitted)
      end
      level = math.min(capacity, math.max(-2251799813685248, level - cost))
    end
    -- The key goes when the bucket is full again: a missing bucket is a full one.
    local full
    if inflow < 0 then
      full = ceil((-inflow - stamp % -inflow) / 1000) + 1
    else
      full = ceil(ceil((capacity - level) / inflow) / 1000) + 1
    end
    if stamp > now then
      full = full + ceil((stamp - now) / 1000)
    end
    call('SET', KEYS[i], struct.pack('<dd', level, stamp), 'PX', full)
  end
end
return reply
