import Core

/// The words that stand before keys of services: their names, what tells of a key, and what tells that a value is none.
struct ProviderWords: Sendable {
    /// What a word says.
    struct Meaning: OptionSet, Sendable {
        let rawValue: UInt8

        /// The name of a service that stands for nothing else.
        static let distinct = Meaning(rawValue: 1 << 0)
        /// The name of a service that stands for other things too.
        static let common = Meaning(rawValue: 1 << 1)
        /// A word such as `key`.
        static let secret = Meaning(rawValue: 1 << 2)
        /// `access` or `private`, which tell of a key behind the name of a service.
        static let hint = Meaning(rawValue: 1 << 3)
        /// What stands behind it is an identifier, a digest or public.
        static let harmless = Meaning(rawValue: 1 << 4)
        /// A key or token of it is none: `cache key`.
        static let harmlessBefore = Meaning(rawValue: 1 << 5)

        static let provider: Meaning = [.distinct, .common]
    }

    /// For each place the hash of a word, 0 for none. Words are told apart by their hashes alone.
    private let hashes: [UInt64]
    private let meanings: [UInt8]
    private static let mask = 4_095

    init() {
        var hashes = [UInt64](repeating: 0, count: Self.mask + 1)
        var meanings = [UInt8](repeating: 0, count: Self.mask + 1)
        for (words, meaning) in Self.table {
            for word in words.split(separator: " ") {
                var hash = Self.seed
                for byte in word.utf8 { hash = Self.hash(hash, byte) }
                var at = Int(truncatingIfNeeded: hash >> 40) & Self.mask
                while hashes[at] != 0, hashes[at] != hash { at = (at + 1) & Self.mask }
                hashes[at] = hash
                meanings[at] |= meaning.rawValue
            }
        }
        self.hashes = hashes
        self.meanings = meanings
    }

    /// What a word of letters and digits says, in any case; `acmekey` says what `acme` and `key` do.
    func meaning(of word: Span<UInt8>) -> Meaning {
        var hash = Self.seed
        for at in 0..<word.count { hash = Self.hash(hash, ASCII.lower(word[at])) }
        let found = meaning(hash)
        guard found.isEmpty, word.count > 5 else { return found }
        for (ending, meaning) in Self.endings {
            let count = word.count - ending.utf8CodeUnitCount
            guard count > 2, ASCII.equalsIgnoringCase(word.extracting(count...), ending) else { continue }
            hash = Self.seed
            for at in 0..<count { hash = Self.hash(hash, ASCII.lower(word[at])) }
            let name = self.meaning(hash)
            return name.isDisjoint(with: .provider) ? [] : name.union(meaning)
        }
        return []
    }

    private func meaning(_ hash: UInt64) -> Meaning {
        var at = Int(truncatingIfNeeded: hash >> 40) & Self.mask
        while hashes[at] != 0 {
            if hashes[at] == hash { return Meaning(rawValue: meanings[at]) }
            at = (at + 1) & Self.mask
        }
        return []
    }

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    private static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    private static let endings: [(StaticString, Meaning)] = [
        ("secret", .secret), ("token", .secret), ("apikey", .secret), ("key", .secret), ("api", []), ("app", []),
    ]

    private static let table: [(String, Meaning)] = [
        (
            "key keys apikey token tokens secret secrets authtoken apitoken accesskey secretkey credential credentials fernet decrypting",
            .secret
        ),
        ("access private", .hint), (harmless, .harmless), (distinct, .distinct), (common, .common),
        (
            """
            cache primary partition sort foreign object idempotency dedup row group index lookup map dict hash routing public page \
            next sync continuation cursor lock fencing s3 redis file max min total prompt completion input output num item entry data \
            composite unique gpg pgp
            """, .harmlessBefore
        ),
    ]

    private static let harmless = """
        id ids uuid guid sha sha1 sha256 sha384 sha512 md5 hash hashes digest etag checksum fingerprint thumbprint commit revision rev \
        ref tag image layer blob object version build release run job trace span request session cluster node pod container namespace \
        account user username name email url uri host domain path file bucket region zone project org organization tenant client \
        integrity nonce salt cursor page etags serial number sum crc signature public publishable cache query execution batch upload \
        etl event message invoice order
        """

    private static let distinct = """
        1password abuseipdb accuweather adafruit adafruitio adobeio adzuna aeroworkflow aikido airbrake airship airtable airvisual \
        aiven alchemy alconost alegra aletheia algolia alibaba alienvault allsports amadeus ambee anypoint apacta api2cart apideck \
        apiflash apifonica apify apilayer apimatic apimetrics apitemplate appcues appfollow appointedd appoptics appsynergy apptivo \
        artsy asaas assemblyai atera audd authress autodesk autoklose autopilot avaza aviationstack axonaut aylien ayrshare \
        azuredevops azureentra azureopenai azuresearch azurestorage bannerbear baremetrics beamer beebole besnappy besttime \
        betterstack billomat bitbar bitcoinaverage bitfinex bitmex bitrise bittrex blazemeter blocknative blogger blynk bombbomb \
        boostnote borgbase braintrust brandfetch browserstack browshot bscscan buddyns budibase bugherd bugsnag bulbul bulksms \
        buttercms caflou calendarific calendly calorieninja campayn capsulecrm captaindata carboninterface caspio censys \
        centralstationcrm cerebras chartmogul chatfuel chatfule checio checklyhq checkvist cicero civo clarifai clearbit clickhelp \
        clicksendsms clickup cliengo clientary clinchpad clockify clockworksms clojars closecrm cloudconvert cloudelements cloudimage \
        cloudinary cloudmersive cloudplan cloudsight cloudsmith cloverly cloze clustdoc cockroachlabs codacy codeclimate codecov \
        codemagic codequiry coinapi coinbase coinlayer coinlib collect2 commercejs companyhub configcat contentful convertkit convier \
        countrylayer courier coveralls craftmypdf crowdin cryptocompare currencycloud currencyfreaks currencylayer currencyscoop \
        customerguru customerio d7network dailyco dandelion dareboost databento databox debounce deepai deepgram deepseek \
        dependencytrack detectify detectlanguage devcycle devin dfuse diffbot diggernaut discord disqus dnscheck docparser documo \
        doppler dotdigital dovico dronahq droneci duffel duply dwolla dyspatch eagleeyenetworks easyinsight easypost ecostruxureit \
        edamam eightxeight elasticemail elevenlabs enablex endorlabs etherscan ethplorer eventbrite everhour exoscale exportsdk \
        faceplusplus fastforex feedier fetchrss fibery finage findl finicity finnhub fixerio fleetbase flexport flickr flightapi \
        flowflu flutterwave flyio fmfw formbucket formcraft formio formsite foursquare freemius freshbooks freshdesk fulcrum fullstory \
        fxmarket geckoboard gengo geoapify geocodify geocodio geoipifi getemails getgeo getgist getresponse getsandbox gitter \
        glassnode gocanvas gocardless godaddy goodday graphhopper greptile groovehq gtmetrix gumroad gyazo happyscribe hasura \
        hellosign helpcrunch helpscout highnote hybiscus hypertrack iconfinder iexapis iexcloud imagekit imagga infomaniak infracost \
        infura insightly instabot instamojo interseller intrinio invoiceocean ip2location ipgeolocation ipinfo ipinfodb ipquality \
        ipstack jotform jumpcloud jupiterone juro karmacrm keenio kickbox klaviyo klipfolio knapsackpro kraken kucoin kylas langfuse \
        langsmith languagelayer larksuite launchdarkly leadfeeder lemlist lemonsqueezy lendflow lessannoyingcrm lexigram lichess \
        lighton linkpreview liveagent livestorm loadmill locationiq loggly loginradius logzio lokalise loyverse lunchmoney luno \
        madkudu magicbell mailboxlayer mailerlite mailersend mailmodo mailsac mandrill mapbox mapquest marketstack mattermost maxmind \
        meaningcloud mediastack meistertask mergify mesibo messagebird metrilo microsoftteams midtrans mindmeister minimax miro mixmax \
        mockaroo monkeylearn moonclerk moosend moralis mrticktock myfreshworks myintervals nethunt netsuite neutrino newscatcher nexmo \
        nftport ngrok nicereply nightfall nozbeteams numverify nutritionix nylas nytimes oanda octopusdeploy ollama omnisend \
        onepagecrm onesignal onfido onfleet oopspam opencagedata openrouter openuv openweather optimizely overloop owlbot packagecloud \
        pagarme pandadoc pandascore paperform paralleldots parsehub parseur particleio partnerstack pastebin paydirt paydirtapp paymo \
        paymongo paystack pdflayer pdfshift peopledatalabs pepipost photoroom pinata pinecone pinterest pipedream pipedrive \
        pivotaltracker pixabay plaid planetscale planviewleankit planyo plivo poloniex polymarket portainer positionstack posthog \
        postmark powrbot prodpad prospectcrm protocolsio proxycrawl pubnub purestake pushbullet pusherchannel qase qualaroo qubole \
        rapidapi rawg razorpay reachmail reallysimplesystems rebrandly recaptcha redhatpyxis rentman repairshopr replyio \
        requestfinance restpack revampcrm ringcentral ritekit robinhoodcrypto rocketreach rockset rootly route4me rownd runpod \
        runrunit saladcloud salesblink salescookie salesflare salesmate samsara satismeter saucelabs scaleway scalingo scalr scrapeowl \
        scrapestack scrapfly scrapingant scrapingbee screenshotlayer scrutinizerci securitytrails selectpdf sendbird sendinblue \
        serphouse serpstack settlemint sheety sherpadesk shipday shippo shodan shotstack shutterstock signalwire signaturit \
        signupgenius sigopt simfin simplesat simplynoted simvoly sinchmessage sirv siteleaf skrapp skrappio skybiometry smartsheets \
        smartystreets smooch snipcart snyk solarwindsobservability sonarcloud sourcegraph sourcegraphcody sparkpost spectralops \
        speechtext speechtextai splunkobservability spoonacular sportsmonk squarespace squareup sslmate statuscake statuspage \
        statuspal stitchdata stockdata storecove stormboard stormglass storyblok storychief strava stytch sugester sumologic supabase \
        supernotes surveyanyplace surveybot surveysparrow survicate swiftype tailscale tatumio taxjar teamworkcrm teamworkdesk \
        teamworkspaces tefter telegram telnyx testingbot textmagic theodds theoddsapi thingsboard thinkific thousandeyes thunderstore \
        ticketmaster tickettailor tiingo timecamp tineswebhook tmetric todoist togetherai toggltrack tokeet tomorrowio tomtom \
        transferwise travelpayouts truenas twelvedata twitch tyntec typeform typetalk ubidots uclassify unplugg unsplash upcdatabase \
        upcloud uplead uploadcare uptimerobot upwave urlscan vatlayer vbout verimail veriphone versioneye viewneo virustotal \
        visualcrossing voiceflow voicegain voodoosms vouchery vyte wakatime weatherbit weatherstack webflow websitepulse \
        weightsandbiases wepay whoxy wistia workato workos worksnaps worldcoinindex wrike yandex yousign zenkit zenrows zenscrape \
        zenserp zeplin zerobounce zerotier zipbooks zipcodebase zohocrm zonkafeedback zulipchat zuplo
        """

    private static let common = """
        pulumi buildkite circleci travisci gitea hashicorp openshift adobe airbyte airflow akamai amplitude anthropic apollo \
        artifactory asana astronomer atlassian auth0 aws azure bitbucket bitly box canva cisco clickhouse close cloudflare coda cohere \
        coin collect column confluence confluent convert copper couchbase cursor dagster daily databricks datadog dbt delighted deno \
        digitalocean ditto docker dockerhub docusign dropbox dynatrace ebay elastic elasticsearch eraser etsy facebook fastly figma \
        fivetran flight float front gcp gemini github gitlab google grafana grok groq guardian guru harness harvest heroku honeycomb \
        hubspot huggingface humanity hunter ibm influxdb instagram intercom intra jenkins jfrog jira kafka kanban kontent kubernetes \
        langchain line linear linkedin linode looker mailchimp mailgun meraki mercury meta microsoft mistral mite mixpanel monday \
        mongodb mux nasdaq neon netlify newrelic notion npm nuget nvidia octopus okta onelogin openai openvpn opsgenie paddle \
        pagerduty paypal percy perplexity persona phrase podio polar polygon postage postman powerbi prefect privacy prometheus proof \
        prospect protocols pypi rabbitmq railway ramp rapid raven react readme redis redshift refiner render replicate rubygems \
        salesforce screenshot segment semaphore sendgrid sentry servicenow shopify shortcut signable slack snowflake sonar sonarqube \
        spark splitio splunk sportmonks spotify square stability streak stripe swell tableau teams teamwork teletype temporal timezone \
        toggl trello twilio twist twitter unplu userstack vault vercel vultr walkscore webex weights wit workstack yelp youtube \
        zendesk zoom
        """
}
